import { WeirError } from '@weir/contracts';
import { createMemoryGroups } from './memory-groups.ts';
import type { MemoryGroups } from './memory-groups.ts';
import { createMemoryLog } from './memory-log.ts';
import type { LogTransaction, MemoryLog } from './memory-log.ts';
import type { PartitionOutput, SourcePosition } from './partition-transactions.ts';

/** What the coordinator knows of one transactional id. */
type Coordinated = {
  epoch: number;
  open: LogTransaction | undefined;
  positions: { groupId: string; position: SourcePosition }[];
};

export type MemoryBroker = {
  readonly log: MemoryLog;
  readonly groups: MemoryGroups;
  /** A new epoch for the id, whose open transaction is aborted. */
  fence(transactionalId: string): number;
  /** Appends to the id's open transaction, beginning one where there is none. */
  write(
    transactionalId: string,
    epoch: number,
    outputs: readonly PartitionOutput[],
    source: { readonly groupId: string; readonly position: SourcePosition },
  ): void;
  /** Ends the id's open transaction: records and positions become visible, or none of them ever. */
  end(transactionalId: string, epoch: number, state: 'committed' | 'aborted'): void;
};

/** One broker in memory: its log, its groups, and the coordinator of its transactions. */
export const createMemoryBroker = (nowMs: () => number): MemoryBroker => {
  const log = createMemoryLog(nowMs);
  const groups = createMemoryGroups(nowMs, log.partitionCount);
  const coordinated = new Map<string, Coordinated>();

  const endOpen = (known: Coordinated, state: 'committed' | 'aborted'): void => {
    if (known.open !== undefined) log.end(known.open, state);
    if (state === 'committed') {
      for (const { groupId, position } of known.positions) groups.commit(groupId, position);
    }
    known.open = undefined;
    known.positions = [];
  };

  const current = (transactionalId: string, epoch: number): Coordinated => {
    const known = coordinated.get(transactionalId);
    if (known?.epoch === epoch) return known;
    throw new WeirError('partition_fenced', `${transactionalId}: a newer producer has taken over`);
  };

  return {
    log,
    groups,
    fence: (transactionalId) => {
      const known = coordinated.get(transactionalId) ?? { epoch: 0, open: undefined, positions: [] };
      coordinated.set(transactionalId, known);
      endOpen(known, 'aborted');
      known.epoch += 1;
      return known.epoch;
    },
    write: (transactionalId, epoch, outputs, source) => {
      const known = current(transactionalId, epoch);
      known.open ??= { state: 'open', touched: new Map() };
      for (const output of outputs) {
        if (output.records.length > 0) log.append(output, output.records, known.open);
      }
      known.positions.push(source);
    },
    end: (transactionalId, epoch, state) => endOpen(current(transactionalId, epoch), state),
  };
};
