import type { Findings } from './bench-file.ts';
import type { Goal } from './goals.ts';
import type { Percentiles } from './latency.ts';
import type { BenchResults, Comparison } from './measured-goals.ts';
import { round } from './process-usage.ts';
import { shownCpu } from './repeated.ts';
import type { Repeated } from './repeated.ts';
import { describeReplays } from './replay/describe-replays.ts';
import { table } from './table.ts';

const bounds: Readonly<Record<Goal['bound'], string>> = { atLeast: '>=', atMost: '<=', below: '<' };

/** What was measured, and how it stands against the goals. */
export const describeResults = ({ results, goals, comparisons }: Findings): string =>
  [
    ...describeDrains(results),
    ...describePipeline(results),
    ...describeRollouts(results),
    ...describeAlerts(results),
    ...describeReplays(results.replays ?? {}),
    describeGoals(goals),
    ...(comparisons.length === 0 ? [] : [describeComparisons(comparisons)]),
  ].join('\n\n');

const describeGoals = (goals: readonly Goal[]): string =>
  table([
    ['goal', 'target', 'measured', 'unit', '', ''],
    ...goals.map(({ name, target, bound, measured, unit, met, ...more }) => [
      name,
      `${bounds[bound]} ${target}`,
      measured === null ? 'not measured' : String(round(measured, 3)),
      unit,
      measured === null ? '' : met ? 'met' : 'MISSED',
      [
        ...(more.tooFewRepeats ? [`ONLY ${timesOf(more.repeats)}`] : []),
        ...(more.of === undefined ? [] : [more.of]),
      ].join('; '),
    ]),
  ]);

const describeComparisons = (found: readonly Comparison[]): string =>
  table([
    ['beside them', 'measured', 'unit', '', ''],
    ...found.map(({ name, value, unit, repeats, of }) => [
      name,
      String(round(value, 3)),
      unit,
      timesOf(repeats),
      of ?? '',
    ]),
  ]);

const timesOf = (repeats: number): string => (repeats === 1 ? 'once' : `${repeats} times`);

type Row = readonly [name: string, figures: Repeated | undefined];

function describeDrains({ drains }: BenchResults): string[] {
  if (drains === undefined) return [];
  const detected = Object.entries(drains.detection).map(([name, figures]): Row => [
    name === 'history50' ? '(b) detection, history50' : `(f) detection, ${name}`,
    figures,
  ]);
  const named: readonly Row[] = [
    ['(a) passthrough', drains.passthrough],
    ...detected,
    ['(c) unsealed', drains.unsealed],
  ];
  const rows = named.flatMap(([name, figures]) =>
    figures === undefined
      ? []
      : [
          [
            name,
            figures.txPerSecond.toFixed(0),
            figures.cpuMsPerTx.toFixed(4),
            figures.recordsPerTransaction.toFixed(0),
            figures.repeats.map(({ txPerSecond }) => txPerSecond.toFixed(0)).join(' '),
            figures.repeats.map(({ loadAverage }) => loadAverage.toFixed(1)).join(' '),
          ],
        ],
  );
  const preloaded = Object.entries(drains.preloaded).map(([name, figures]) => [
    name,
    String(figures.accounts),
    String(figures.history),
    figures.redisBytesPerRecord.toFixed(1),
    String(figures.coldLoadMs),
  ]);
  const where = drains.detection.history50?.repeats[0]?.cpuMsPerTx;
  return [
    table([['drained by', 'tx/s', 'CPU-ms per tx', 'records per transaction', 'repeats', 'load'], ...rows]),
    ...(where === undefined ? [] : [`Where (b) spends it, first repeat: ${shownCpu(where)}`]),
    table([
      ['population', 'accounts', 'history', 'Redis bytes per record', 'ms per cold load'],
      ...preloaded,
    ]),
  ];
}

function describeAlerts({ alerts }: BenchResults): string[] {
  if (alerts === undefined) return [];
  const { quiet, storm } = alerts;
  const row = (name: string, count: number, { p50, p99, max }: Percentiles): readonly string[] => [
    name,
    ...[count, p50, p99, max].map(String),
  ];
  const toldWithin =
    storm.toldWithinSeconds === null ? 'not in the time looked at' : `${storm.toldWithinSeconds} s`;
  return [
    table([
      ['(h) from held to the first mail, in ms', 'alerts', 'p50', 'p99', 'max'],
      row('when little happens', quiet.held, quiet.heldToMailMs),
      row('in the storm, of those told in detail', storm.alertsInDetail, storm.heldToMailMs),
    ]),
    table([
      ['(h) the storm', `${storm.held} held transactions of ${storm.accounts} accounts`],
      ['written in', `${storm.writtenInSeconds} s`],
      ['taken in after', `${storm.takenInSeconds} s`],
      ['in alerts', `${storm.transactionsInAlerts} in ${storm.alerts}`],
      ['told after', toldWithin],
      ['mails', `${storm.mails}, of them ${storm.mailsWhenTakenIn} by the time all was taken in`],
      ['notifications', `${storm.notifications}, of them ${storm.summaries} summaries`],
      [
        'resident at most',
        `${storm.peakResidentMb} MiB, ${storm.residentMbBefore} before it, ${storm.peakResidentMbToReady} at most to get ready`,
      ],
      [
        'CPU',
        `${storm.cpuMsPerHeld} ms per held transaction, ${quiet.cpuMsPerHeld} when little happens, load ${storm.loadAverage}`,
      ],
    ]),
  ];
}

function describeRollouts({ rollouts }: BenchResults): string[] {
  if (rollouts === undefined) return [];
  const { activations, txPerSecond, firstVerdictMs, everyPartitionMs, answeredMs, lists } = rollouts;
  const rows = (
    [
      ['the first verdict of each partition', firstVerdictMs],
      ['the first verdict of the slowest partition', everyPartitionMs],
      ['the answer to who activates', answeredMs],
    ] as const
  ).map(([name, { p50, p99, max }]) => [name, ...[p50, p99, max].map(String)]);
  return [
    table([
      [`(g) ${activations} activations at ${txPerSecond} tx/s, in ms until`, 'p50', 'p99', 'max'],
      ...rows,
    ]),
    ...lists.map(
      ({ entries, firstMatchSeconds, importSeconds }) =>
        `(g) a list of ${entries}: imported in ${importSeconds} s, first match after ${firstMatchSeconds} s`,
    ),
  ];
}

function describePipeline({ endToEnd, latency }: BenchResults): string[] {
  const lines: string[] = [];
  if (endToEnd !== undefined) {
    lines.push(
      endToEnd.txPerSecond === null
        ? '(d) no rate was held'
        : `(d) end to end: ${endToEnd.txPerSecond} tx/s held, ${endToEnd.cpuMsPerTx} CPU-ms per tx over all processes`,
      table([
        ['(d) tried for', 'tx/s', '', 'CPU-ms per tx', 'records per transaction', 'load'],
        ...[...endToEnd.search, ...endToEnd.holds].map((trial) => [
          `${trial.seconds} s`,
          String(trial.txPerSecond),
          trial.held ? 'held' : 'not held',
          (trial.cpuMsPerTx['total'] ?? Number.NaN).toFixed(3),
          String(trial.recordsPerTransaction),
          String(trial.loadAverage),
        ]),
      ]),
    );
  }
  if (latency !== undefined) {
    const rows = (['detection', 'passthrough'] as const).flatMap((name) =>
      latency[name].map((figures) => [
        name,
        ...[figures.fromAcknowledged, figures.fromDue].flatMap(({ p50, p99, p999 }) =>
          [p50, p99, p999].map(String),
        ),
        (figures.cpuMsPerTx['total'] ?? Number.NaN).toFixed(3),
        String(figures.recordsPerTransaction),
        String(figures.loadAverage),
      ]),
    );
    const header = ['p50', 'p99', 'p99.9', 'due p50', 'due p99', 'due p99.9', 'CPU-ms per tx'];
    lines.push(
      `(e) at ${latency.txPerSecond} tx/s, in ms`,
      table([['through', ...header, 'records per transaction', 'load'], ...rows]),
    );
  }
  return lines;
}
