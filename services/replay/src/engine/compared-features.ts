import type { Decision, JournalRecord } from '@weir/contracts';
import type { JudgedAgain } from './judge-run.ts';

type Features = Readonly<Record<string, number | null>>;

/** The features of the two judgements of a record, by name. */
type ComparedFeatures = { readonly then: Features; readonly now: Features };

const none: Features = {};
const noneDiffers: ComparedFeatures = { then: none, now: none };

/**
 * The features of a record judged twice, as they are compared. Where both speak of the same windows and none differs,
 * they are left out of both: nothing is kept of features that don't differ, and naming some forty of them twice for
 * almost every record took as long as judging it.
 */
export function featuresOf(
  { featureNames, versions }: Pick<JournalRecord, 'featureNames' | 'versions'>,
  decision: Decision,
  {
    decided,
    by,
  }: Pick<JudgedAgain, 'decided'> & {
    readonly by: { readonly log: { readonly versions: Pick<JournalRecord['versions'], 'windowPlan'> } };
  },
): ComparedFeatures {
  const features = decided.kind === 'verdict' ? decided.features : none;
  const isSamePlan = by.log.versions.windowPlan === versions.windowPlan;
  if (
    isSamePlan &&
    decided.kind === 'verdict' &&
    'features' in decision &&
    areEqual(featureNames, decision.features, features)
  )
    return noneDiffers;
  return {
    then: 'features' in decision ? named(featureNames, (_name, index) => decision.features[index]) : none,
    now:
      decided.kind === 'verdict'
        ? named(isSamePlan ? featureNames : Object.keys(features), (name) => features[name])
        : none,
  };
}

function areEqual(names: readonly string[], then: readonly (number | null)[], now: Features): boolean {
  for (let index = 0; index < names.length; index += 1)
    if ((then[index] ?? null) !== (now[names[index] as string] ?? null)) return false;
  return true;
}

function named(
  names: readonly string[],
  valueOf: (name: string, index: number) => number | null | undefined,
): Features {
  const features: Record<string, number | null> = {};
  for (const [index, name] of names.entries()) features[name] = valueOf(name, index) ?? null;
  return features;
}
