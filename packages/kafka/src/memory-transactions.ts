import { WeirError } from '@weir/contracts';
import { nameOf } from './consumer-types.ts';
import type { MemoryBroker } from './memory-broker.ts';
import type { MemoryLink } from './memory-link.ts';
import type { PartitionTransactions, PartitionTransactionsOptions } from './partition-transactions.ts';
import type { PartitionOutput, SourcePosition } from './partition-transactions.ts';

type State = 'new' | 'fencing' | 'fenced' | 'published' | 'publishing' | 'unusable';

const placeholder = { key: 'settle', value: Buffer.alloc(0), headers: {} };

/** What is known without another fence: a newer producer, or a record that can never be published. */
const isKnown = (error: unknown): error is WeirError =>
  error instanceof WeirError && (error.code === 'partition_fenced' || error.code === 'processing_failed');

/** The transactions of one input partition over a broker in memory; the same life as over a real one. */
export const createMemoryTransactions = (
  broker: MemoryBroker,
  link: MemoryLink,
  { transactionalId, groupId }: PartitionTransactionsOptions,
): PartitionTransactions => {
  const settled = new Set<string>();
  let state: State = 'new';
  let epoch = 0;

  const expect = (doing: string, allowed: readonly State[]): void => {
    if (!allowed.includes(state))
      throw new Error(`${doing} of ${transactionalId}: not allowed when ${state}`);
  };
  // A discard in the meantime has the last word.
  const advance = (from: State, to: State): void => {
    if (state === from) state = to;
  };

  /** The adapter aborts once in every partition it writes to; the offsets this takes are gaps for readers. */
  const settle = async (outputs: readonly PartitionOutput[], position: SourcePosition): Promise<void> => {
    const untouched = outputs.filter((output) => output.records.length > 0 && !settled.has(nameOf(output)));
    if (untouched.length === 0 && settled.has(nameOf(position))) return;
    await link.request('settle', () => {
      const placed = untouched.map((output) => ({ ...output, records: [placeholder] }));
      broker.write(transactionalId, epoch, placed, { groupId, position });
      broker.end(transactionalId, epoch, 'aborted');
    });
    [...untouched, position].forEach((at) => settled.add(nameOf(at)));
  };

  return {
    fence: async () => {
      expect('fence', ['new']);
      state = 'fencing';
      try {
        epoch = await link.request('fence', () => broker.fence(transactionalId));
      } catch (error) {
        state = 'unusable';
        throw error;
      }
      advance('fencing', 'fenced');
    },
    committed: async (topic, partition) => {
      expect('committed', ['fenced']);
      const positions = await link.request('committed', () => broker.groups.positions(groupId, topic));
      const found = positions.find((position) => position.partition === partition);
      return found?.next === undefined ? undefined : { next: found.next, metadata: found.metadata };
    },
    publish: async ({ outputs, source }) => {
      expect('publish', ['fenced', 'published']);
      state = 'publishing';
      try {
        await settle(outputs, source);
        await link.request('write', () =>
          broker.write(transactionalId, epoch, outputs, { groupId, position: source }),
        );
        await link.request('commit', () => broker.end(transactionalId, epoch, 'committed'));
      } catch (error) {
        state = 'unusable';
        if (isKnown(error)) throw error;
        throw new WeirError('publish_outcome_unknown', `transaction of ${transactionalId}: failed`, {
          cause: error,
        });
      }
      advance('publishing', 'published');
    },
    discard: async () => {
      state = 'unusable';
    },
  };
};
