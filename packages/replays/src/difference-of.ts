import type { DifferenceKind, JudgedPair, JudgedVerdict, Judgement } from './judgement.ts';
import type { ReplayedVersions } from './plan.ts';

type Judged = Pick<JudgedPair, 'then' | 'now'>;
type Versions = ReplayedVersions['kind'];

export const isVerdict = (judgement: Judgement): judgement is JudgedVerdict =>
  judgement.outcome === 'cleared' || judgement.outcome === 'held';

/**
 * How a record judged again differs from what the journal says of it. Under the versions of then every bit counts.
 * Under others the canonical plaintext names other versions, so it and the ruleset say nothing; nor do features that
 * only one of the two knows.
 */
export function differenceOf({ then, now }: Judged, versions: Versions): DifferenceKind {
  if (isVerdict(then) && isVerdict(now)) return differenceOfVerdicts(then, now, versions);
  return isSameWithoutVerdict(then, now) ? 'same' : 'kind';
}

function isSameWithoutVerdict(then: Judgement, now: Judgement): boolean {
  switch (then.outcome) {
    case 'duplicate':
      return now.outcome === 'duplicate' && then.firstOffset === now.firstOffset;
    case 'rejected':
      return now.outcome === 'rejected' && then.code === now.code;
    case 'cleared':
    case 'held':
      return false;
  }
}

function differenceOfVerdicts(then: JudgedVerdict, now: JudgedVerdict, versions: Versions): DifferenceKind {
  if (then.outcome !== now.outcome || then.alert !== now.alert) return 'flip';
  if (then.score !== now.score || !isSameList(then.reasons, now.reasons)) return 'score';
  if (differingFeatures(then, now, versions).length > 0) return 'features';
  const isSameText = then.digest === now.digest && then.ruleset === now.ruleset;
  return isSameText || versions !== 'then' ? 'same' : 'bytes';
}

const isSameList = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((text, index) => text === other[index]);

/** The names of the features that differ, in the order of then's. */
export function differingFeatures(
  then: JudgedVerdict,
  now: JudgedVerdict,
  versions: Versions,
): readonly string[] {
  const names: string[] = [];
  for (const name of Object.keys(then.features)) {
    const [before, after] = [then.features[name], now.features[name]];
    if (before !== after && (after !== undefined || versions === 'then')) names.push(name);
  }
  if (versions !== 'then') return names;
  for (const name of Object.keys(now.features)) if (!Object.hasOwn(then.features, name)) names.push(name);
  return names;
}

/** Which reasons a verdict has now and had not then, and the other way round. */
export function changedReasons({ then, now }: Judged): {
  readonly gained: readonly string[];
  readonly lost: readonly string[];
} {
  const [before, after] = [then, now].map((judgement) => (isVerdict(judgement) ? judgement.reasons : []));
  return {
    gained: (after ?? []).filter((rule) => before?.includes(rule) === false),
    lost: (before ?? []).filter((rule) => after?.includes(rule) === false),
  };
}
