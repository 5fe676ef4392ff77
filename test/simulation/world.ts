import { readRouting } from '@weir/alerts';
import type { Routing } from '@weir/alerts';
import type { AlertStore } from '@weir/alert-store';
import { createMemoryAlertStore } from '@weir/alert-store/memory';
import { WeirError } from '@weir/contracts';
import type { ControlRecord } from '@weir/contracts';
import { createMemoryKafka } from '@weir/kafka/memory';
import type { MemoryKafka, MemoryLink } from '@weir/kafka/memory';
import type { Random } from '@weir/simulator';
import type { ApiPorts } from '../../services/alerting/src/api/api-ports.ts';
import type { Ledger } from '../../services/ingest/src/ledger/ledger-file.ts';
import type { ReceivedMessage } from '../history-checks/check-deliveries.ts';
import type { PlantedRecord } from '../history-checks/history.ts';
import type { BankFile } from './bank.ts';
import type { SimKms } from './plain-envelope.ts';
import type { Scheduler, SimProcess } from './scheduler.ts';
import { createSimWindows } from './sim-windows.ts';
import type { SimWindows } from './sim-windows.ts';

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
  /** The database of the alerts, and who is told of them. */
  readonly alertStore: AlertStore;
  readonly routing: Routing;
  /** Waited for until updates and what a limit held back are told as well, which takes minutes of its time. */
  readonly isPatient: boolean;
  /** What people reach alerting by: the API of each process that runs. */
  readonly apis: Map<SimProcess, ApiPorts>;
  /** The processes that each act of people under way waits for. */
  readonly acts: Set<readonly SimProcess[]>;
  readonly messages: ReceivedMessage[];
  /** Ends what loops of alerting wait for, so that nothing of a run outlives it. */
  readonly waits: Set<() => void>;
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
export const releasesGroup = 'detection-releases';
export const alertingGroup = 'alerting';
export const outboxGroup = 'alerting-outbox';

export const createWorld = (
  fixed: Pick<World, 'scheduler' | 'random' | 'partitions' | 'sessionTimeoutMs' | 'logId' | 'bank'>,
): World => ({
  ...fixed,
  kafka: createMemoryKafka(fixed.scheduler.nowMs),
  windows: createSimWindows(),
  kms: { isAway: false },
  disk: { ledger: undefined },
  alertStore: createMemoryAlertStore(),
  ...tellingOf(fixed),
  apis: new Map(),
  acts: new Set(),
  messages: [],
  waits: new Set(),
  acknowledged: [],
  planted: [],
  touched: [],
  activations: { begun: [], unfinished: [] },
  falseAlarms: [],
});

/** Who is told when: some seeds tell at once and of each alert, others wait, gather and have a limit. */
function tellingOf({
  random,
  sessionTimeoutMs,
}: Pick<World, 'random' | 'sessionTimeoutMs'>): Pick<World, 'routing' | 'isPatient'> {
  // Members that beat ten times a second would take most of its steps.
  const isPatient = random.chance(0.1) && sessionTimeoutMs >= 1_000;
  const most = isPatient && random.chance(0.5) ? 2 : 1_000;
  const read = readRouting({
    episode: { quietMinutes: random.pick([1, 60]), mostHours: 24 },
    receivers: [
      { id: 'mail', channel: 'mail', to: ['analyst@example.org'], rateLimit: { most, perMinutes: 1 } },
    ],
    routes: [
      {
        ...{ id: 'all', to: ['mail'], updateMinutes: 1 },
        groupBy: random.pick(['alert', 'account', 'route']),
        waitSeconds: random.pick([0, 0, 1]),
      },
    ],
  });
  if (!read.ok) throw new Error(`the routing of the simulation: ${JSON.stringify(read.problems)}`);
  return { routing: read.routing, isPatient };
}

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
