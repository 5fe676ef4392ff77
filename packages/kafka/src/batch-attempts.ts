import { WeirError } from '@weir/contracts';

/** What follows a throw of onBatch. */
export type AttemptVerdict =
  { readonly kind: 'retry'; readonly waitMs: number } | { readonly kind: 'crash'; readonly error: Error };

export type BatchAttempts = {
  /** The verdict over what was thrown for the batch that begins at `offset`. Never throws. */
  failed(partition: string, offset: number, error: unknown): AttemptVerdict;
  succeeded(partition: string): void;
};

const firstWaitMs = 100;
const maxWaitMs = 5_000;

/**
 * Counts the attempts at one position of each partition. Only a WeirError whose
 * recovery is `retry` is worth another attempt; anything else is a bug or needs a
 * person, and repeating it would loop for ever on one poisonous record.
 */
export const createBatchAttempts = (maxAttempts: number): BatchAttempts => {
  const counts = new Map<string, { readonly offset: number; readonly attempts: number }>();
  return {
    failed: (partition, offset, error) => {
      const last = counts.get(partition);
      const attempts = last?.offset === offset ? last.attempts + 1 : 1;
      counts.set(partition, { offset, attempts });
      if (error instanceof WeirError && error.recovery === 'retry' && attempts < maxAttempts) {
        return { kind: 'retry', waitMs: Math.min(firstWaitMs * 2 ** (attempts - 1), maxWaitMs) };
      }
      return {
        kind: 'crash',
        error: error instanceof Error ? error : new Error('onBatch threw something other than an Error'),
      };
    },
    succeeded: (partition) => void counts.delete(partition),
  };
};
