import { WeirError } from '@weir/contracts';
import { maxAccountsPerCall } from '@weir/window-store';
import type { WindowPlan, WindowStore } from '@weir/windows';
import { rankOf } from './choose-accounts.ts';
import { compareAccount } from './compare-account.ts';
import type { Difference } from './compare-account.ts';
import { listAccounts } from './list-accounts.ts';
import { createRecomputation } from './recompute.ts';
import type { Recomputation } from './recompute.ts';
import { fromEarliest, scanLog } from './scan-log.ts';
import type { WholeScanParts } from './scan-log.ts';

/** A partition as it stood when its verification began. */
export type VerifiedPartition = {
  readonly partition: number;
  readonly logId: string;
  readonly plan: WindowPlan;
  readonly store: WindowStore;
  /** The first offset the log still had, and the stored position: what lies between is compared, as far as it isn't deleted meanwhile. */
  readonly earliest: number;
  readonly stored: number;
};

export type Verification = {
  readonly onLookedAt: (records: number) => void | Promise<void>;
  readonly onCompared: (accounts: number) => void;
  readonly onDifference: (account: string, difference: Difference) => void;
};

/** At most so many records are held in memory at once, some 60 bytes each and 500 for each account. */
const recordsPerPass = 500_000;

/** How often the whole log of the partition has to be read to verify all of its accounts. */
export const passesOver = ({ earliest, stored }: VerifiedPartition): number =>
  Math.max(1, Math.ceil((stored - earliest) / recordsPerPass));

/**
 * Recomputes the windows of a partition's accounts from the log and holds what
 * is stored against them, beside a worker that goes on: only what lies below
 * the stored position as it was is compared. `chosen` left out means all of them.
 *
 * Throws WeirError `position_moved` where the windows were lost or rebuilt
 * meanwhile: they have to be verified anew; `log_truncated` where the log deletes
 * records faster than they can be read.
 */
export async function verifyPartition(
  parts: WholeScanParts,
  asItStood: VerifiedPartition,
  { onLookedAt, onCompared, onDifference }: Verification,
  chosen?: ReadonlySet<string>,
): Promise<void> {
  const passes = chosen === undefined ? passesOver(asItStood) : 1;
  for (let pass = 0; pass < passes; pass += 1) {
    const isWanted = (account: string): boolean =>
      chosen === undefined ? rankOf('pass', account) % passes === pass : chosen.has(account);
    const { verified, accounts } = await fromEarliest(parts, asItStood.partition, async (earliest) => {
      const remaining = { ...asItStood, earliest };
      const recomputed = await recompute(parts, remaining, isWanted, onLookedAt);
      return { verified: remaining, accounts: recomputed.accounts() };
    });
    const strangers = [...(chosen ?? (await storedAccounts(verified, isWanted)))].filter(
      (account) => !accounts.has(account),
    );
    for (const some of inChunks([...accounts.keys(), ...strangers], maxAccountsPerCall)) {
      const stored = await loadAll(verified, some);
      for (const account of some) {
        const pieces = stored.get(account);
        const difference =
          pieces === 'damaged'
            ? 'missing'
            : compareAccount({
                plan: verified.plan,
                expected: accounts.get(account) ?? [],
                stored: pieces ?? [],
                fromOffset: verified.earliest,
                upTo: verified.stored,
              });
        if (difference !== undefined) onDifference(account, difference);
      }
      await requireSameWindows(verified);
      onCompared(some.length);
    }
  }
}

async function recompute(
  parts: WholeScanParts,
  verified: VerifiedPartition,
  isWanted: (account: string) => boolean,
  onLookedAt: Verification['onLookedAt'],
): Promise<Recomputation> {
  const { partition, plan, earliest, logId } = verified;
  const recomputation = createRecomputation(plan, earliest);
  await scanLog(parts, {
    logId,
    from: new Map([[partition, earliest]]),
    until: new Map([[partition, verified.stored]]),
    isWanted,
    onLookedAt,
    onDecoded: async (_partition, decoded) => {
      const unseen = recomputation.unseen(decoded);
      // What the log no longer has is still remembered, and a repetition of it is one.
      const older = earliest === 0 ? undefined : await loadAll(verified, unseen);
      for (const account of unseen) beginWith(recomputation, account, older?.get(account) ?? []);
      recomputation.take(decoded);
    },
  });
  return recomputation;
}

/** What can't be read begins as nothing: that it can't be read is found where it is compared. */
function beginWith(
  recomputation: Recomputation,
  account: string,
  pieces: readonly Uint8Array[] | 'damaged',
): void {
  try {
    recomputation.begin(account, pieces === 'damaged' ? [] : pieces);
  } catch (error) {
    if (!isDamage(error)) throw error;
    recomputation.begin(account, []);
  }
}

const isDamage = (error: unknown): boolean => error instanceof WeirError && error.code === 'windows_damaged';

/** The pieces of each account; an account that can't be read is found among the others it was asked for with. */
async function loadAll(
  verified: Pick<VerifiedPartition, 'store' | 'partition'>,
  accounts: readonly string[],
): Promise<ReadonlyMap<string, readonly Uint8Array[] | 'damaged'>> {
  if (accounts.length === 0) return new Map();
  try {
    return await verified.store.load(verified.partition, accounts);
  } catch (error) {
    if (!isDamage(error)) throw error;
  }
  const [only, another] = accounts;
  if (only !== undefined && another === undefined) return new Map([[only, 'damaged']]);
  const half = Math.ceil(accounts.length / 2);
  const [first, second] = [accounts.slice(0, half), accounts.slice(half)];
  return new Map([...(await loadAll(verified, first)), ...(await loadAll(verified, second))]);
}

async function storedAccounts(
  { store, partition }: VerifiedPartition,
  isWanted: (account: string) => boolean,
): Promise<string[]> {
  const accounts: string[] = [];
  for await (const account of listAccounts(store, partition)) if (isWanted(account)) accounts.push(account);
  return accounts;
}

async function requireSameWindows({ store, partition, stored }: VerifiedPartition): Promise<void> {
  const now = await store.position(partition);
  if (now !== undefined && now.next >= stored) return;
  throw new WeirError(
    'position_moved',
    `the windows of partition ${partition} were lost or are being rebuilt; verify them again when that is done`,
  );
}

function* inChunks<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
}
