import { WeirError } from '@weir/contracts';
import type { KafkaRecord } from '@weir/kafka';
import { createTurns } from '@weir/runtime';
import type { DetectionParts } from './detection-parts.ts';
import type { OwnedPartition } from './owned-partition.ts';
import { createLogBeginning } from './read-log-opening.ts';
import { takeOver } from './take-over.ts';
import type { DamagedWindows } from './take-over.ts';

/** How a take-over ended. `unnamed`: nothing says yet which log it is; the first record will. */
export type Taken =
  | { readonly kind: 'owned'; readonly owned: OwnedPartition }
  | { readonly kind: 'unnamed' }
  | { readonly kind: 'failed'; readonly error: unknown };

/** The partitions of a worker: those it has, and those it is taking over, which may take a while. */
export type OwnedPartitions = {
  get(partition: number): OwnedPartition | undefined;
  /** Takes a partition over, once for all who ask at the same time. Never rejects. */
  take(partition: number, first?: KafkaRecord): Promise<Taken>;
  isTaking(partition: number): boolean;
  /** Lets go of it, and answers once its producer is gone. A take-over under way comes to nothing. */
  drop(partition: number): Promise<void>;
  /** The same, because its windows are damaged: the next take-over rebuilds them if they still are. */
  dropDamaged(partition: number): Promise<void>;
  all(): readonly OwnedPartition[];
  /** Every partition that is owned or being taken over. */
  partitions(): number[];
};

/** More at once would only make the broker slower for each of them. */
const maxTakeoversAtOnce = 4;

export function createOwnedPartitions(parts: DetectionParts): OwnedPartitions {
  const owned = new Map<number, OwnedPartition>();
  const taking = new Map<number, Promise<Taken>>();
  const damages = new Map<number, DamagedWindows>();
  const inTurn = createTurns(maxTakeoversAtOnce);
  const beginning = createLogBeginning(parts);

  async function takeOnce(
    partition: number,
    first: KafkaRecord | undefined,
    isWanted: () => boolean,
  ): Promise<Taken> {
    const damaged = damages.get(partition);
    try {
      const taken = await inTurn(() =>
        takeOver(parts, partition, {
          beginning,
          isWanted,
          ...(first === undefined ? {} : { first }),
          ...(damaged === undefined ? {} : { damaged }),
        }),
      );
      if (taken === undefined) return { kind: 'unnamed' };
      damages.delete(partition);
      return { kind: 'owned', owned: taken };
    } catch (error) {
      return { kind: 'failed', error };
    }
  }

  function begin(partition: number, first: KafkaRecord | undefined): Promise<Taken> {
    const { promise: attempt, resolve } = Promise.withResolvers<Taken>();
    const isWanted = (): boolean => taking.get(partition) === attempt;
    taking.set(partition, attempt);
    const settle = async (taken: Taken): Promise<Taken> => {
      if (!isWanted()) {
        if (taken.kind === 'owned') await taken.owned.transactions.discard();
        const error = new WeirError('partition_revoked', `partition ${partition} was let go`);
        return { kind: 'failed', error };
      }
      taking.delete(partition);
      if (taken.kind === 'owned') owned.set(partition, taken.owned);
      return taken;
    };
    resolve(takeOnce(partition, first, isWanted).then(settle));
    return attempt;
  }

  async function drop(partition: number): Promise<void> {
    taking.delete(partition);
    const mine = owned.get(partition);
    owned.delete(partition);
    mine?.histories.close();
    await mine?.transactions.discard();
  }

  return {
    get: (partition) => owned.get(partition),
    async take(partition, first) {
      for (;;) {
        const mine = owned.get(partition);
        if (mine !== undefined) return { kind: 'owned', owned: mine };
        const underWay = taking.get(partition);
        if (underWay === undefined) return begin(partition, first);
        const taken = await underWay;
        // Begun without the first record, it may have come to nothing for the lack of it.
        if (taken.kind !== 'unnamed' || first === undefined) return taken;
      }
    },
    isTaking: (partition) => taking.has(partition),
    drop,
    async dropDamaged(partition) {
      const mine = owned.get(partition);
      if (mine !== undefined) damages.set(partition, { stored: mine.stored, writer: mine.token });
      await drop(partition);
    },
    all: () => [...owned.values()],
    partitions: () => [...owned.keys(), ...taking.keys()],
  };
}
