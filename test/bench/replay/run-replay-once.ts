import type { ReplayAnswer, ReplayRequest } from '@weir/replays';
import type { Positions } from '../bench-log.ts';
import { cpuPerTransaction, loadAverage, round, usageOf } from '../process-usage.ts';
import type { ReplayService } from './replay-service.ts';

/** One replay from its beginning to its end, as fast as it goes. */
export type ReplayRunFigures = {
  readonly replayId: string;
  readonly records: number;
  /** Of which the journal says otherwise, or which could not be judged again. */
  readonly differences: number;
  /** From when it was told to run until it was done, report and signature included. */
  readonly seconds: number;
  readonly recordsPerSecond: number;
  /** Of replay alone. */
  readonly cpuMsPerRecord: number;
  readonly root: string;
  readonly loadAverage: number;
};

export async function runReplayOnce(
  service: ReplayService,
  range: ReplayRequest['range'],
  deadlineMs: number,
): Promise<ReplayRunFigures> {
  const { replayId } = await service.plan({ range, recordsPerSecond: null });
  const watched = [{ name: 'replay', pid: service.worker.pid }];
  const load = loadAverage();
  const before = usageOf(watched);
  await service.change(replayId, 'run');
  const done = await service.done(replayId, deadlineMs);
  const after = usageOf(watched);
  const { ending } = done;
  if (ending === null) throw new Error('a replay that is done came to nothing');
  const seconds = secondsOf(done);
  return {
    ...{ replayId, records: ending.records, differences: ending.differences + ending.unjudged },
    ...{ seconds, recordsPerSecond: round(ending.records / seconds, 0) },
    cpuMsPerRecord: cpuPerTransaction(before, after, ending.records)['total'] ?? Number.NaN,
    ...{ root: ending.root, loadAverage: load },
  };
}

/** By its own clock: whoever asks sees its end a little later. */
const secondsOf = ({ startedAt, endedAt }: Pick<ReplayAnswer, 'startedAt' | 'endedAt'>): number =>
  (Date.parse(endedAt ?? '') - Date.parse(startedAt ?? '')) / 1_000;

/** All offsets of the log up to these. */
export const wholeOf = (ends: Positions) =>
  ({
    by: 'offsets',
    stretches: [...ends].map(([partition, to]) => ({ partition, from: 0, to })),
  }) as const;
