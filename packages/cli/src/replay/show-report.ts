import { anyReport, handedOverInWords, planInWords, unreadableInWords } from '@weir/replays';
import type { AnyReport, CopyReport, ReplayReport } from '@weir/replays';
import { CommandError, exitCodes } from '../exit-codes.ts';
import { grouped, table } from '../terminal/table.ts';

const mostShown = 10;

/** A report for a person: what differs, by kind, rule and account, or what was handed over. */
export function showReport(text: string): readonly string[] {
  const report = read(text);
  return 'comparison' in report ? showCompared(report) : showCopied(report);
}

const showCopied = (report: CopyReport): readonly string[] => [
  ...planInWords(report.plan),
  handedOverInWords(report),
  ...unreadableInWords(report),
  ...report.notes,
];

function showCompared(report: ReplayReport): readonly string[] {
  const { plan, comparison, counts, notes } = report;
  const { kinds, records } = comparison;
  const differing = Object.entries(kinds).filter(([kind, count]) => kind !== 'same' && count > 0);
  const unreadable = Object.values(counts.unreadable).reduce((sum, one) => sum + one, 0);
  return [
    ...planInWords(plan),
    `${grouped(records)} records were judged again; ${grouped(kinds.same)} came out the same.`,
    ...(unreadable === 0 ? [] : [`${grouped(unreadable)} could not: keys of theirs can not be used.`]),
    ...(counts.unaccounted === 0
      ? []
      : [`Of ${grouped(counts.unaccounted)} journal and replay do not say the same kind of thing.`]),
    ...notes,
    ...section(
      ['differs in', 'records'],
      differing.map(([kind, count]) => [kindWords(kind), grouped(count)]),
    ),
    ...section(
      ['rule', 'then', 'now', 'gained', 'lost'],
      Object.entries(comparison.rules)
        .filter(([, { gained, lost }]) => gained + lost > 0)
        .toSorted(([, a], [, b]) => b.gained + b.lost - a.gained - a.lost)
        .slice(0, mostShown)
        .map(([rule, one]) => [rule, ...[one.then, one.now, one.gained, one.lost].map(grouped)]),
    ),
    ...section(
      ['account', 'differences', 'flips'],
      comparison.accounts
        .slice(0, mostShown)
        .map(({ account, differences, flips }) => [account, grouped(differences), grouped(flips)]),
    ),
    ...section(
      ['record', 'then', 'now', 'differs in'],
      report.differences
        .slice(0, mostShown)
        .map(({ subject, then, now, kind }) => [
          `${subject.partition}/${subject.offset}`,
          then.outcome,
          now.outcome,
          kindWords(kind),
        ]),
    ),
  ];
}

function read(text: string): AnyReport {
  try {
    return anyReport.parse(JSON.parse(text));
  } catch (cause) {
    throw new CommandError(exitCodes.tryAgain, 'What was answered is no report of this version', { cause });
  }
}

const kindWords = (kind: string): string =>
  ({
    kind: 'what became of it',
    flip: 'the verdict',
    score: 'score or reasons',
    features: 'features alone',
    bytes: 'the text alone',
  })[kind] ?? kind;

const section = (header: readonly string[], rows: readonly (readonly string[])[]): readonly string[] =>
  rows.length === 0 ? [] : ['', ...table(header, rows, header.map((_, column) => column).slice(1))];
