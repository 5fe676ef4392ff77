/** The rate is that of the last half minute. */
const windowMs = 30_000;
/** Points are kept this far apart, so that there are a few dozen at most. */
const apartMs = 1_000;

/** How far a run has come. Seconds are null where nothing moved of late. */
export type Progress = {
  readonly records: number;
  readonly of: number;
  readonly perSecond: number;
  readonly secondsLeft: number | null;
};

export type ProgressEstimate = {
  /** Counts so many more records at a time of a monotonic clock, in milliseconds. */
  readonly add: (records: number, nowMs: number) => void;
  readonly at: (nowMs: number) => Progress;
};

/**
 * Estimates how long a run still takes by how fast it was of late: the rate of its beginning says little of a run
 * that was paused, or waits for others. Begins at `records` of `of`, at a time of a monotonic clock.
 */
export function createProgressEstimate(begun: {
  readonly records: number;
  readonly of: number;
  readonly nowMs: number;
}): ProgressEstimate {
  const { of } = begun;
  let { records } = begun;
  let points = [{ atMs: begun.nowMs, records }];

  /** The last point at or before the window's beginning, else the first: a run in large steps has few in between. */
  const measuredFrom = (nowMs: number): number =>
    Math.max(
      0,
      points.findLastIndex(({ atMs }) => atMs <= nowMs - windowMs),
    );

  return {
    add(more, nowMs) {
      records += more;
      const last = points.at(-1);
      if (last !== undefined && nowMs < last.atMs) points = [];
      else if (last !== undefined && nowMs - last.atMs < apartMs) return;
      points.push({ atMs: nowMs, records });
      points = points.slice(measuredFrom(nowMs));
    },
    at(nowMs) {
      const since = points[measuredFrom(nowMs)];
      const passedMs = since === undefined ? 0 : nowMs - since.atMs;
      const moved = since === undefined ? 0 : records - since.records;
      const perSecond = passedMs <= 0 ? 0 : Math.round((moved * 10_000) / passedMs) / 10;
      const left = Math.max(0, of - records);
      const secondsLeft = left === 0 ? 0 : perSecond === 0 ? null : Math.ceil(left / perSecond);
      return { records, of, perSecond, secondsLeft };
    },
  };
}
