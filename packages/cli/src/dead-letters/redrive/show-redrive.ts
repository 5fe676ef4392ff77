import { grouped, table } from '../../terminal/table.ts';
import { wordsOf } from '../show-letters.ts';
import { leftOutWords } from './fitness.ts';
import type { RedrivePlan } from './plan-redrive.ts';
import type { RedriveResult } from './run-redrive.ts';

/** What would be redriven and what is left out, for a person. */
export function showPlan(plan: RedrivePlan): readonly string[] {
  const { asked, planned, leftOut, beyondLimit } = plan;
  return [
    `${grouped(asked)} dead letters asked for, ${grouped(planned.length)} to redrive`,
    ...listed(['to redrive, refused for', 'records', 'which means'], codesOf(plan), wordsOf),
    ...listed(['of the source', 'records'], sourcesOf(plan)),
    ...listed(['left out', 'records', 'because'], [...leftOut], (why) => leftOutWords[why]),
    ...(beyondLimit === 0 ? [] : ['', `${grouped(beyondLimit)} more are left for another time by --limit`]),
  ];
}

/** What became of them, for a person. */
export function showResult({
  accepted,
  refused,
  unfit,
  notSent,
  notOurs,
  refusedFor,
}: RedriveResult): readonly string[] {
  const others = [
    ...(unfit === 0 ? [] : [`${grouped(unfit)} are rows that no mapping is known to fit`]),
    ...(notOurs === 0 ? [] : [`${grouped(notOurs)} are gone, or aren't what ingest wrote there`]),
    ...(notSent === 0 ? [] : [`${grouped(notSent)} were not sent; the same command goes on`]),
  ];
  return [
    '',
    `${grouped(accepted)} accepted, ${grouped(refused)} refused again`,
    ...others,
    ...listed(['refused again because of', 'records', 'which means'], [...refusedFor], wordsOf),
  ];
}

/** Both for a script. `result` is null where nothing was done. */
export const redriveAsJson = (plan: RedrivePlan, result: RedriveResult | null): object => ({
  asked: plan.asked,
  toRedrive: plan.planned.length,
  codes: codesOf(plan).map(([code, records]) => ({ code, records })),
  sources: sourcesOf(plan).map(([source, records]) => ({
    source: source === ofTheLog ? null : source,
    records,
  })),
  leftOut: [...plan.leftOut].map(([why, records]) => ({ why, records })),
  beyondLimit: plan.beyondLimit,
  placesSha256: plan.placesSha256,
  result: result === null ? null : { ...result, refusedFor: Object.fromEntries(result.refusedFor) },
});

function codesOf({ planned }: RedrivePlan): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const { codes } of planned)
    for (const code of new Set(codes)) counts.set(code, (counts.get(code) ?? 0) + 1);
  return [...counts];
}

/** Records of the log have a source, too, but it shows only when they are opened; no source is called so. */
const ofTheLog = '(on the log)';

function sourcesOf({ planned }: RedrivePlan): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const { fitness } of planned) {
    const name = fitness.ok && fitness.from !== 'log' ? fitness.source : ofTheLog;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts];
}

const listed = <Name extends string>(
  header: readonly string[],
  counts: readonly (readonly [Name, number])[],
  meaning?: (name: Name) => string,
): readonly string[] =>
  counts.length === 0
    ? []
    : [
        '',
        ...table(
          [...header],
          counts
            .toSorted((a, b) => b[1] - a[1])
            .map(([name, count]) => [
              name,
              grouped(count),
              ...(meaning === undefined ? [] : [meaning(name)]),
            ]),
          [1],
        ),
      ];
