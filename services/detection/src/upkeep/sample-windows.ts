import { WeirError } from '@weir/contracts';
import { createChoice } from './choose-accounts.ts';
import type { Difference, SampledAccounts } from './compare-account.ts';
import { isTruncated, scanLog } from './scan-log.ts';
import type { WholeScanParts } from './scan-log.ts';
import { verifyPartition } from './verify-partition.ts';
import type { VerifiedPartition } from './verify-partition.ts';

export type SampleParts = WholeScanParts & {
  readonly sleep: (delayMs: number) => Promise<void>;
  /** From 0 up to, but without, 1. */
  readonly random: () => number;
};

/** The accounts of a sample are taken from so many records in a row. */
const recordsChosenFrom = 200;

/** So many records are looked at, and then the worker goes first: some 5,000 records a second. */
const restAfterRecords = 500;
const restMs = 100;

/**
 * Verifies a few accounts of one partition, chosen where the log says so by
 * chance: whatever Redis lost, the log still names. Reads the whole log of the
 * partition, slowly; `isWanted` says whether to go on. Answers undefined where
 * the windows moved away meanwhile, where the log deleted what was to be read, or
 * where nobody wants to know any more.
 */
export async function sampleWindows(
  parts: SampleParts,
  verified: VerifiedPartition,
  options: { readonly accounts: number; readonly isWanted: () => boolean },
): Promise<SampledAccounts | undefined> {
  const { partition, earliest, stored, logId } = verified;
  if (stored <= earliest) return { compared: 0, differing: [] };
  let waiting = 0;
  const onLookedAt = async (records: number): Promise<void> => {
    if (!options.isWanted()) throw new Abandoned();
    waiting += records;
    for (; waiting >= restAfterRecords; waiting -= restAfterRecords) await parts.sleep(restMs);
  };
  const choice = createChoice(String(parts.random()), options.accounts);
  const from = earliest + Math.floor(parts.random() * (stored - earliest));
  const differing: { account: string; difference: Difference }[] = [];
  let compared = 0;
  try {
    await scanLog(parts, {
      logId,
      from: new Map([[partition, from]]),
      until: new Map([[partition, Math.min(stored, from + recordsChosenFrom)]]),
      isWanted: (account) => {
        choice.show(account);
        return false;
      },
      onDecoded: async () => undefined,
      onLookedAt,
    });
    const words = {
      onLookedAt,
      onCompared: (accounts: number): void => void (compared += accounts),
      onDifference: (account: string, difference: Difference): void =>
        void differing.push({ account, difference }),
    };
    await verifyPartition(parts, verified, words, choice.chosen());
  } catch (error) {
    const isMoved = error instanceof WeirError && error.code === 'position_moved';
    if (isMoved || isTruncated(error) || error instanceof Abandoned) return undefined;
    throw error;
  }
  return { compared, differing };
}

/** Ends a reading that nobody waits for any more. */
class Abandoned extends Error {}
