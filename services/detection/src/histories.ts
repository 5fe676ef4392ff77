import { WeirError } from '@weir/contracts';
import { createAccountHistory, packRecord } from '@weir/windows';
import type { AccountHistory, ChainCommit, WindowPlan } from '@weir/windows';
import type { Run } from './cut-runs.ts';
import type { Decided } from './decide-batch.ts';
import type { OwnedPartition } from './owned-partition.ts';

const noSegments: ReadonlyMap<string, readonly Uint8Array[]> = new Map();

/**
 * The histories of a run's accounts, all of them, whatever the cache can keep:
 * one read from the store brings those it doesn't have.
 */
export async function loadHistories(
  owned: OwnedPartition,
  run: Run,
  plan: WindowPlan,
): Promise<ReadonlyMap<string, AccountHistory>> {
  const accounts = new Set(
    run.decoded.flatMap((one) => (one.kind === 'transaction' ? [one.transaction.account] : [])),
  );
  const histories = new Map<string, AccountHistory>();
  const missing: string[] = [];
  for (const account of accounts) {
    const cached = owned.histories.get(account);
    if (cached === undefined) missing.push(account);
    else histories.set(account, cached);
  }
  const segments = missing.length === 0 ? noSegments : await owned.store.load(owned.partition, missing);
  for (const account of missing) {
    histories.set(account, await readHistory(owned, plan, segments.get(account) ?? []));
  }
  return histories;
}

/**
 * Records the store has from this run on are decided again now, and join the
 * history as they are. Windows that are damaged are forgotten, all of the
 * partition's, and rebuilt from the log: it is the truth, they are not.
 */
async function readHistory(
  owned: OwnedPartition,
  plan: WindowPlan,
  segments: readonly Uint8Array[],
): Promise<AccountHistory> {
  try {
    return createAccountHistory(plan, segments, owned.position);
  } catch (cause) {
    await owned.store.clear(owned.partition);
    throw new WeirError('position_moved', `the windows of partition ${owned.partition} are damaged`, {
      cause,
    });
  }
}

/** What a chain commit says of the accounts as they are stored before it. */
export type StoredBefore = Pick<ChainCommit, 'after' | 'horizons'>;

/**
 * The last offset the windows hold of each account, and what may be forgotten
 * when this run is appended. Read before the run is decided: its own records may
 * have to be decided again after a crash, and then need all they were decided by.
 */
export function storedBefore(histories: ReadonlyMap<string, AccountHistory>): StoredBefore {
  const after = new Map<string, number>();
  const horizons = new Map<string, number>();
  for (const [account, { lastOffset, forgettableBeforeSeconds }] of histories) {
    if (lastOffset !== undefined) after.set(account, lastOffset);
    if (forgettableBeforeSeconds > 0) horizons.set(account, forgettableBeforeSeconds);
  }
  return { after, horizons };
}

/** The chain commit: the run's records and the position behind it, all or nothing. */
export async function appendToWindows(
  owned: OwnedPartition,
  run: Run,
  decided: readonly Decided[],
  { after, horizons }: StoredBefore,
): Promise<void> {
  const commit: ChainCommit = {
    partition: owned.partition,
    expected: owned.stored,
    next: run.to,
    token: owned.token,
    appends: packByAccount(decided),
    after,
    horizons,
  };
  const outcome = await owned.store.commit(commit);
  switch (outcome) {
    case 'applied':
    case 'alreadyMine':
      owned.stored = run.to;
      return;
    case 'damaged':
      throw new WeirError('windows_damaged', `windows of partition ${owned.partition} were lost`);
    case 'behind':
    case 'ahead':
    case 'missing':
      throw new WeirError(
        'position_moved',
        `the stored position of partition ${owned.partition} is ${outcome}: another worker moved it, or the store lost it`,
      );
  }
}

function packByAccount(decided: readonly Decided[]): Map<string, Uint8Array> {
  const records = new Map<string, Uint8Array[]>();
  for (const one of decided) {
    if (one.kind !== 'verdict') continue;
    const { account } = one.transaction;
    const packed = records.get(account);
    if (packed === undefined) records.set(account, [packRecord(one.record)]);
    else packed.push(packRecord(one.record));
  }
  return new Map([...records].map(([account, packed]) => [account, Buffer.concat(packed)]));
}
