import { WeirError } from '@weir/contracts';
import type { ControlRecord } from '@weir/contracts';
import { createMemoryKafka } from '@weir/kafka/memory';
import type { MemoryKafka, MemoryLink } from '@weir/kafka/memory';
import type { Random } from '@weir/simulator';
import type { Ledger } from '../../services/ingest/src/ledger/ledger-file.ts';
import type { PlantedRecord } from '../history-checks/history.ts';
import type { BankFile } from './bank.ts';
import type { SimKms } from './plain-envelope.ts';
import type { Scheduler, SimProcess } from './scheduler.ts';
import { createSimWindows } from './sim-windows.ts';
import type { SimWindows } from './sim-windows.ts';

/** A mail as its receiver got it. */
export type ReceivedMail = {
  readonly deliveryKey: string;
  readonly recipient: string;
  readonly text: string;
};

/** An append that ingest was told is in the log. */
export type Acknowledged = {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly value: Buffer;
};

export type Activation = Extract<ControlRecord, { kind: 'artefact_activated' }>;

/** The activations of a log: what was brought into force, and where that has not been said yet. */
type Activations = {
  readonly begun: Activation[];
  readonly unfinished: { readonly partition: number; readonly control: Activation }[];
};

/** Everything outside of the processes: it outlives them, and the checks read it. */
export type World = {
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly partitions: number;
  /** How soon a silent consumer loses its partitions: the shorter, the oftener two believe they have one. */
  readonly sessionTimeoutMs: number;
  readonly logId: string;
  readonly kafka: MemoryKafka;
  readonly windows: SimWindows;
  readonly kms: SimKms;
  readonly bank: BankFile;
  readonly disk: { ledger: Ledger | undefined };
  readonly mails: ReceivedMail[];
  readonly acknowledged: Acknowledged[];
  /** What nobody who may seal has written. */
  readonly planted: PlantedRecord[];
  /** The transactions that every account was asked for once more by. */
  readonly touched: string[];
  readonly activations: Activations;
  /** What a worker found wrong that nobody had hurt. */
  readonly falseAlarms: string[];
};

export const environment = 'simulation';
export const detectionGroup = 'detection';
export const alertingGroup = 'alerting';

export const createWorld = (
  fixed: Pick<World, 'scheduler' | 'random' | 'partitions' | 'sessionTimeoutMs' | 'logId' | 'bank'>,
): World => ({
  ...fixed,
  kafka: createMemoryKafka(fixed.scheduler.nowMs),
  windows: createSimWindows(),
  kms: { isAway: false },
  disk: { ledger: undefined },
  mails: [],
  acknowledged: [],
  planted: [],
  touched: [],
  activations: { begun: [], unfinished: [] },
  falseAlarms: [],
});

/** How a process reaches the broker: through the scheduler. */
export const linkOf = (world: World, process: SimProcess): MemoryLink => ({
  request: (name, effect) =>
    process.call('kafka', name, effect, () => new WeirError('broker_unavailable', `no answer to ${name}`)),
  sleep: process.sleep,
  nowMs: world.scheduler.nowMs,
  maxFetchRecords: () => 1 + world.random.below(12),
});

/** How a check reaches the broker: at once, outside of the simulation. */
export const outsideLink: MemoryLink = {
  request: async (_name, effect) => effect(),
  sleep: () => new Promise(() => undefined),
  nowMs: () => 0,
  maxFetchRecords: () => Number.MAX_SAFE_INTEGER,
};

/** Ticks by the simulation's clock, for as long as the process lives. */
export const everyOf =
  (process: SimProcess): ((intervalMs: number, tick: () => void) => () => void) =>
  (intervalMs, tick) => {
    let isStopped = false;
    const loop = async (): Promise<void> => {
      for (;;) {
        await process.sleep(intervalMs);
        if (isStopped) return;
        tick();
      }
    };
    void loop();
    return () => {
      isStopped = true;
    };
  };
