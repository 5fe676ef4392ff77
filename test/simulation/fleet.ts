import { WeirError } from '@weir/contracts';
import { SourceError } from '../../services/ingest/src/source/source-error.ts';
import { startAlerting } from './alerting-worker.ts';
import { plans } from './control-records.ts';
import { startDetection } from './detection-worker.ts';
import type { FaultyParts } from './detection-worker.ts';
import { startIngest } from './ingest-worker.ts';
import type { SimProcess } from './scheduler.ts';
import type { SimWorker } from './sim-worker.ts';
import { startUpkeep } from './upkeep-worker.ts';
import type { World } from './world.ts';

export type Role = 'ingest' | 'detection' | 'alerting' | 'upkeep';

/** A place where a worker runs; a supervisor starts a new process in it after one has ended. */
export type Slot = {
  readonly role: Role;
  readonly name: string;
  process: SimProcess | undefined;
  worker: SimWorker | undefined;
  starts: number;
  /** What has done its work is not started again. */
  isDone: boolean;
};

export type Fleet = {
  readonly slots: readonly Slot[];
  /** Starts every slot that has no process. */
  startMissing(): void;
  start(slot: Slot, options?: { readonly force?: boolean }): void;
  /** kill -9. */
  kill(slot: Slot): void;
  /** SIGTERM; the slot is free once the worker has let go. */
  stop(slot: Slot): Promise<void>;
  /** Ends that are a bug: anything but an operational error worth another start. */
  readonly bugs: readonly string[];
};

/** Killed between its last write and its end: the ledger of the next start says that nothing is left to do. */
const isAlreadyFed = (error: unknown): boolean => error instanceof SourceError && error.exitCode === 73;

/** Windows can't be rebuilt of a log in which nothing has been decided yet. */
const isTooEarly = (error: unknown): boolean => error instanceof WeirError && error.code === 'log_unnamed';

const mayPass = (error: unknown): boolean => error instanceof WeirError && error.recovery === 'retry';

export const createFleet = (
  world: World,
  counts: Readonly<Record<Role, number>>,
  faulty: FaultyParts | undefined,
): Fleet => {
  const bugs: string[] = [];
  const slots = (Object.entries(counts) as [Role, number][]).flatMap(([role, count]) =>
    Array.from({ length: count }, (_unused, index): Slot => ({
      role,
      name: `${role}-${index + 1}`,
      process: undefined,
      worker: undefined,
      starts: 0,
      // Windows are rebuilt when somebody says so, and only then.
      isDone: role === 'upkeep',
    })),
  );

  const begin = (slot: Slot, process: SimProcess, force: boolean): Promise<SimWorker> => {
    switch (slot.role) {
      case 'ingest':
        return startIngest(world, process, force);
      case 'detection':
        return startDetection(world, process, faulty);
      case 'alerting':
        return startAlerting(world, process, faulty?.alerting);
      case 'upkeep':
        return startUpkeep(world, process, world.random.pick(plans));
    }
  };

  const end = (slot: Slot, process: SimProcess, error?: unknown): void => {
    process.kill();
    if (slot.process !== process) return;
    slot.process = undefined;
    slot.worker = undefined;
    slot.isDone =
      slot.role === 'upkeep' || (slot.role === 'ingest' && (error === undefined || isAlreadyFed(error)));
    world.scheduler.note(`${process.name} ended: ${error instanceof Error ? error.message : 'done'}`);
    if (error === undefined || isAlreadyFed(error) || mayPass(error) || isTooEarly(error)) return;
    bugs.push(
      `${process.name} ended: ${error instanceof Error ? (error.stack ?? error.message) : 'unknown'}`,
    );
  };

  const run = async (slot: Slot, process: SimProcess, force: boolean): Promise<void> => {
    try {
      slot.worker = await begin(slot, process, force);
      await slot.worker.ended;
      end(slot, process);
    } catch (error) {
      end(slot, process, error);
    }
  };

  const start: Fleet['start'] = (slot, { force = false } = {}) => {
    slot.starts += 1;
    slot.isDone = false;
    slot.process = world.scheduler.start(`${slot.name}.${slot.starts}`);
    world.scheduler.note(`${slot.process.name} starts`);
    void run(slot, slot.process, force);
  };

  return {
    slots,
    bugs,
    start,
    startMissing: () => {
      for (const slot of slots) if (slot.process === undefined && !slot.isDone) start(slot);
    },
    kill: (slot) => {
      const { process } = slot;
      if (process === undefined) return;
      world.scheduler.note(`${process.name} is killed`);
      process.kill();
      slot.process = undefined;
      slot.worker = undefined;
    },
    stop: async (slot) => {
      const { process, worker } = slot;
      if (process === undefined || worker === undefined) return;
      world.scheduler.note(`${process.name} is stopped`);
      await worker.stop();
      if (slot.process !== process) return;
      process.kill();
      slot.process = undefined;
      slot.worker = undefined;
    },
  };
};
