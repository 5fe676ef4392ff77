import { WeirError } from '@weir/contracts';
import { joinBatch, windowRecordOf } from '@weir/verdicts';
import type { Decoded } from '@weir/verdicts';
import { appendToWindows, goOnBehind, loadHistories, storedBefore } from '../histories.ts';
import type { PartitionWindows } from '../histories.ts';
import { isTruncated, scanLog } from './scan-log.ts';
import type { LogScan, WholeScanParts } from './scan-log.ts';

export type Filling = {
  readonly logId: string;
  /** The windows to fill, by partition, each from its own position on. */
  readonly windows: ReadonlyMap<number, PartitionWindows>;
  /** Up to where, by partition. */
  readonly until: ReadonlyMap<number, number>;
  readonly onLookedAt: (records: number) => void;
};

export type Loss = 'moved' | 'damaged' | 'truncated';

/**
 * Appends a range of the log to windows, and moves their positions to its end.
 * Answers the partitions whose windows were lost on the way, which are left where
 * they are: `moved` by somebody else or gone, `damaged`, or `truncated` where the
 * log deleted what comes next; the others may then not have come to the end.
 *
 * Nothing is trimmed: what a worker still has to decide may lie below the position
 * and need all of it.
 */
export async function fillWindows(
  parts: WholeScanParts,
  filling: Filling,
): Promise<ReadonlyMap<number, Loss>> {
  const lost = new Map<number, Loss>();
  const ready = [...filling.windows.values()].filter(
    ({ partition, position }) => position < (filling.until.get(partition) ?? 0),
  );

  async function takeIn(windows: PartitionWindows, to: number, decoded: readonly Decoded[]): Promise<void> {
    if (lost.has(windows.partition)) return;
    try {
      await append(windows, to, decoded);
    } catch (error) {
      const loss = error instanceof WeirError ? lossOf(error) : undefined;
      if (loss === undefined) throw error;
      lost.set(windows.partition, loss);
    }
  }

  const scan: LogScan = {
    logId: filling.logId,
    from: new Map(ready.map(({ partition, position }) => [partition, position])),
    until: filling.until,
    isWanted: () => true,
    onLookedAt: filling.onLookedAt,
    onDecoded: async (partition, decoded) => {
      const windows = filling.windows.get(partition);
      const last = decoded.at(-1);
      if (windows !== undefined && last !== undefined) await takeIn(windows, last.offset + 1, decoded);
    },
  };
  try {
    await scanLog(parts, scan);
  } catch (error) {
    const overtaken = isTruncated(error) ? await overtakenBy(parts, ready) : [];
    if (overtaken.length === 0) throw error;
    return new Map([...lost, ...overtaken.map((partition) => [partition, 'truncated'] as const)]);
  }
  // The range may end in records that are no transactions, and in offsets without any.
  for (const windows of ready) {
    const end = filling.until.get(windows.partition) ?? 0;
    if (windows.position < end) await takeIn(windows, end, []);
  }
  return lost;
}

/** The partitions whose log begins behind the windows by now. */
async function overtakenBy(
  { logOffsets }: WholeScanParts,
  windows: readonly PartitionWindows[],
): Promise<number[]> {
  const overtaken: number[] = [];
  for (const { partition, position } of windows)
    if ((await logOffsets(partition)).earliest > position) overtaken.push(partition);
  return overtaken;
}

function lossOf({ code }: WeirError): Loss | undefined {
  if (code === 'position_moved') return 'moved';
  return code === 'windows_damaged' ? 'damaged' : undefined;
}

async function append(windows: PartitionWindows, to: number, decoded: readonly Decoded[]): Promise<void> {
  const run = { from: windows.position, to, decoded };
  const histories = await loadHistories(windows, run);
  const { after } = storedBefore(histories);
  const joined = joinBatch(decoded, { histories, toRecord: windowRecordOf });
  await appendToWindows(windows, run, joined, { after, horizons: new Map() });
  goOnBehind(windows, run, histories);
}
