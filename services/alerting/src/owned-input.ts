import { streams } from '@weir/contracts';
import type { PartitionTransactions } from '@weir/kafka';
import type { AlertingParts, Input } from './alerting-parts.ts';

/** An input partition this worker has taken over: nobody else can publish for it while the fence holds. */
export type OwnedInput = {
  readonly input: Input;
  readonly transactions: PartitionTransactions;
  /** The next offset to alert about: everything below it has its alert. */
  position: number;
};

/**
 * Takes an input partition over: fences every earlier owner, and only then reads
 * what is committed, so that no alert is written twice. Throws WeirError.
 */
export async function takeOver(parts: AlertingParts, input: Input): Promise<OwnedInput> {
  const transactions = parts.openTransactions(input);
  try {
    await transactions.fence();
    const committed = await transactions.committed(streams[input.stream].topic, input.partition);
    parts.observe.tookOver(input, committed?.next);
    return { input, transactions, position: committed?.next ?? 0 };
  } catch (error) {
    await transactions.discard();
    throw error;
  }
}
