import { WeirError } from '@weir/contracts';
import { createChoice } from './choose-accounts.ts';
import type { Difference } from './compare-account.ts';
import { findPublished } from './find-published.ts';
import { listAccounts } from './list-accounts.ts';
import { fromEarliest, isTruncated, scanLog } from './scan-log.ts';
import type { WholeScanParts } from './scan-log.ts';
import type { UpkeepParts } from './upkeep-parts.ts';
import { passesOver, verifyPartition } from './verify-partition.ts';
import type { VerifiedPartition } from './verify-partition.ts';

export type VerifyRequest = {
  /** Left out: all of them. */
  readonly partition?: number;
  /** How many accounts of each partition to verify, chosen by the seed; left out: all of them. */
  readonly accounts?: number;
  readonly seed: string;
};

export type VerifyWords = {
  readonly onProgress: (records: { readonly done: number; readonly total: number }) => void;
  readonly onDifference: (found: {
    readonly partition: number;
    readonly account: string;
    readonly difference: Difference;
  }) => void;
};

export type VerifySummary = {
  /** How many of them were compared with the log. */
  readonly partitions: number;
  readonly accounts: number;
  readonly differing: number;
  /** Partitions that have been decided and have no windows at all. */
  readonly withoutWindows: readonly number[];
  /** Partitions whose log deletes records faster than they can be read; what was found in them up to there is counted. */
  readonly notVerified: readonly number[];
};

/**
 * Recomputes windows from the log and compares them with what is stored, against
 * a pipeline that goes on and without disturbing it. Throws WeirError: `log_unnamed`
 * where nothing has been decided yet, `position_moved` where windows are rebuilt
 * meanwhile, and what the parts throw.
 */
export async function verifyWindows(
  parts: UpkeepParts,
  request: VerifyRequest,
  words: VerifyWords,
): Promise<VerifySummary> {
  const { verified, withoutWindows } = await takeSnapshot(parts, request);
  const scanParts = {
    opening: parts.opening,
    readRange: parts.kafka.readRange,
    logOffsets: parts.logOffsets,
  };
  const readings = (one: VerifiedPartition): number => (request.accounts === undefined ? passesOver(one) : 2);
  const total = verified.reduce((sum, one) => sum + readings(one) * (one.stored - one.earliest), 0);
  let done = 0;
  let accounts = 0;
  let differing = 0;
  const onLookedAt = (records: number): void => {
    done += records;
    words.onProgress({ done, total });
  };
  async function verifyOne(one: VerifiedPartition): Promise<void> {
    const chosen =
      request.accounts === undefined
        ? undefined
        : await chooseAccounts(scanParts, one, { ...request, count: request.accounts }, onLookedAt);
    await verifyPartition(
      scanParts,
      one,
      {
        onLookedAt,
        onCompared: (count) => (accounts += count),
        onDifference: (account, difference) => {
          differing += 1;
          words.onDifference({ partition: one.partition, account, difference });
        },
      },
      chosen,
    );
  }
  const notVerified: number[] = [];
  for (const one of verified) {
    try {
      await verifyOne(one);
    } catch (error) {
      if (!isTruncated(error)) throw error;
      notVerified.push(one.partition);
    }
  }
  const partitions = verified.length - notVerified.length;
  return { partitions, accounts, differing, withoutWindows, notVerified };
}

/** S of every partition first: what is compared lies below it, whatever happens meanwhile. */
async function takeSnapshot(
  parts: UpkeepParts,
  { partition: only }: VerifyRequest,
): Promise<{ readonly verified: VerifiedPartition[]; readonly withoutWindows: number[] }> {
  const published = await findPublished(parts);
  if (published.size === 0)
    throw new WeirError('log_unnamed', 'nothing has been decided yet: there are no windows');
  const verified: VerifiedPartition[] = [];
  const withoutWindows: number[] = [];
  for (const [partition, { log }] of published) {
    if (only !== undefined && partition !== only) continue;
    const store = await parts.openStore(log);
    const stored = await store.position(partition);
    if (stored === undefined) {
      withoutWindows.push(partition);
      continue;
    }
    const { earliest } = await parts.logOffsets(partition);
    const plan = await parts.resolvePlan(log.versions.windowPlan);
    verified.push({ partition, logId: log.logId, plan, store, earliest, stored: stored.next });
  }
  if (only !== undefined && verified.length + withoutWindows.length === 0)
    throw new WeirError(
      'config_invalid',
      `partition ${only} is not there, or nothing of it has been decided yet`,
    );
  return { verified, withoutWindows };
}

/** By the log and by the store: accounts that one of them lacks are chosen as well. */
async function chooseAccounts(
  parts: WholeScanParts,
  { partition, logId, stored, store }: VerifiedPartition,
  { seed, count }: { readonly seed: string; readonly count: number },
  onLookedAt: (records: number) => void,
): Promise<ReadonlySet<string>> {
  const choice = createChoice(seed, count);
  await fromEarliest(parts, partition, (earliest) =>
    scanLog(parts, {
      logId,
      from: new Map([[partition, earliest]]),
      until: new Map([[partition, stored]]),
      isWanted: (account) => {
        choice.show(account);
        return false;
      },
      onDecoded: async () => undefined,
      onLookedAt,
    }),
  );
  for await (const account of listAccounts(store, partition)) choice.show(account);
  return choice.chosen();
}
