import { setImmediate as afterPendingWork } from 'node:timers/promises';
import { WeirError } from '@weir/contracts';
import type { Joined } from '@weir/verdicts';
import { createAccountHistory, packRecords } from '@weir/windows';
import type {
  AccountHistory,
  ChainCommit,
  HistoryCache,
  StoredPosition,
  WindowPlan,
  WindowRecord,
  WindowStore,
} from '@weir/windows';
import type { Run } from './cut-runs.ts';

/** The windows of one partition under one plan, as whoever writes them knows them. */
export type PartitionWindows = {
  readonly partition: number;
  readonly plan: WindowPlan;
  readonly store: WindowStore;
  readonly histories: HistoryCache;
  /** Names this writer in the store, so that a commit sent twice is recognised. */
  readonly token: string;
  /** The next offset to take in. */
  position: number;
  /** S as this writer knows it; undefined while the store has none. */
  stored: StoredPosition | undefined;
};

const noSegments: ReadonlyMap<string, readonly Uint8Array[]> = new Map();

/** So much is read into histories at a stretch; timers, and with them heartbeats, come in between. */
const bytesAtAStretch = 1_048_576;

/**
 * The histories of a run's accounts, all of them, whatever the cache can keep:
 * one read from the store brings those it doesn't have. Throws WeirError
 * `windows_damaged` where what it brings can't be true.
 */
export async function loadHistories(
  windows: PartitionWindows,
  run: Run,
): Promise<ReadonlyMap<string, AccountHistory>> {
  const accounts = new Set(
    run.decoded.flatMap((one) => (one.kind === 'transaction' ? [one.transaction.account] : [])),
  );
  const histories = new Map<string, AccountHistory>();
  const missing: string[] = [];
  for (const account of accounts) {
    const cached = windows.histories.get(account);
    if (cached === undefined) missing.push(account);
    else histories.set(account, cached);
  }
  const segments = missing.length === 0 ? noSegments : await windows.store.load(windows.partition, missing);
  let readBytes = 0;
  for (const account of missing) {
    const packed = segments.get(account) ?? [];
    histories.set(account, readHistory(windows, packed));
    readBytes += packed.reduce((sum, { byteLength }) => sum + byteLength, 0);
    if (readBytes < bytesAtAStretch) continue;
    readBytes = 0;
    await afterPendingWork();
  }
  return histories;
}

/** Records the store has from this run on are decided again now, and join the history as they are. */
function readHistory(windows: PartitionWindows, segments: readonly Uint8Array[]): AccountHistory {
  try {
    return createAccountHistory(windows.plan, segments, windows.position);
  } catch (cause) {
    throw damaged(windows.partition, cause);
  }
}

const damaged = (partition: number, cause?: unknown): WeirError =>
  new WeirError('windows_damaged', `the windows of partition ${partition} are not what they were`, { cause });

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
  windows: PartitionWindows,
  run: Pick<Run, 'to'>,
  joined: readonly Joined[],
  { after, horizons }: StoredBefore,
): Promise<void> {
  const { partition, token } = windows;
  const commit: ChainCommit = {
    partition,
    expected: windows.stored,
    next: run.to,
    token,
    appends: packByAccount(joined),
    after,
    horizons,
  };
  const outcome = await windows.store.commit(commit);
  switch (outcome) {
    case 'applied':
    case 'alreadyMine':
      windows.stored = { next: run.to, token };
      return;
    case 'damaged':
      throw damaged(partition);
    case 'behind':
    case 'ahead':
    case 'missing':
      throw new WeirError(
        'position_moved',
        `the stored position of partition ${partition} is ${outcome}: another worker moved it, or the store lost it`,
      );
  }
}

function packByAccount(joined: readonly Joined[]): Map<string, Uint8Array> {
  const records = new Map<string, WindowRecord[]>();
  for (const { account, record } of joined) {
    const known = records.get(account);
    if (known === undefined) records.set(account, [record]);
    else known.push(record);
  }
  return new Map(Array.from(records, ([account, ofAccount]) => [account, packRecords(ofAccount)]));
}

/** The writer has taken the run in: the next one goes on behind it, with the histories as they are now. */
export function goOnBehind(
  windows: PartitionWindows,
  run: Pick<Run, 'to'>,
  histories: ReadonlyMap<string, AccountHistory>,
): void {
  windows.position = run.to;
  for (const [account, history] of histories) windows.histories.set(account, history);
}
