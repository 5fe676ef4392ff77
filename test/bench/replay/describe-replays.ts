import { table } from '../table.ts';
import type { LatencyWindow } from './live-latency.ts';
import type { ReplayResults } from './run-replays.ts';

/** What (i) came to, for whoever reads along. */
export function describeReplays({
  determinism,
  speed,
  manifest,
  liveLatency,
  planTime,
}: ReplayResults): string[] {
  const parts: string[] = [];
  if (determinism !== undefined) {
    const { counts, outcomes } = determinism;
    parts.push(
      table([
        ['(i) judged again under the versions of then', `${determinism.records} records`],
        ['differences', String(determinism.differences)],
        ['transactions', `${counts.transactions}, ${counts.late} of them late`],
        ['repeated', `${counts.repeated}, and ${counts.altered} with another amount`],
        ['sets of versions', String(determinism.versions)],
        [
          'became (then, now)',
          Object.entries(outcomes)
            .map(([name, records]) => `${name} ${records}`)
            .join(', '),
        ],
        [
          'decided in',
          `${determinism.decidedInSeconds} s, detection killed behind ${determinism.decidedBeforeKill}`,
        ],
        ['judged again in', `${determinism.seconds} s, ${determinism.recordsPerSecond} a second`],
        ['CPU of replay', `${determinism.cpuMsPerRecord} ms a record, load ${determinism.loadAverage}`],
        [
          'resident at most',
          `${determinism.peakResidentMb} MiB, ${determinism.residentMbBefore} before it; ${determinism.folderMb} MiB on disk`,
        ],
      ]),
    );
  }
  if (speed !== undefined)
    parts.push(
      table([
        ['(i) the same range', 'records/s', 'repeats', 'load'],
        ...(['raw', 'replay'] as const).map((name) => [
          name === 'raw' ? 'read raw' : 'judged again',
          String(name === 'raw' ? speed.rawPerSecond : speed.replayPerSecond),
          speed[name].map(({ recordsPerSecond }) => String(recordsPerSecond)).join(' '),
          speed[name].map(({ loadAverage }) => loadAverage.toFixed(1)).join(' '),
        ]),
      ]),
    );
  if (liveLatency !== undefined)
    parts.push(
      table([
        [
          `(i) live at ${liveLatency.txPerSecond} tx/s, received to verdict, ms`,
          'p50',
          'p99',
          'max',
          'replayed/s',
          'load',
        ],
        ...(['without', 'with'] as const).flatMap((name) =>
          liveLatency[name].map((window) => [`${name} a replay`, ...windowRow(window)]),
        ),
      ]),
    );
  if (planTime !== undefined)
    parts.push(
      table([
        [`(i) planned over ${planTime.records} records, by`, 'records of the plan', 'seconds'],
        ...planTime.plans.map(({ by, records, seconds }) => [by, String(records), seconds.join(' ')]),
      ]),
    );
  if (manifest !== undefined)
    parts.push(
      `(i) a manifest of ${manifest.records} records, ${manifest.megabytes} MiB: verified in ${manifest.verifySeconds} s, ` +
        `written in ${manifest.writeSeconds} s`,
    );
  return parts;
}

const windowRow = ({
  latencyMs: { p50, p99, max },
  replayedPerSecond,
  loadAverage,
}: LatencyWindow): string[] => [p50, p99, max, replayedPerSecond, loadAverage].map(String);
