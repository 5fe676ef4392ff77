import type { Section } from './comparison.ts';
import type { Stage } from './read-both-ways.ts';
import { namesOf, percentOf, shareText } from './words.ts';
import type { Share } from './wilson.ts';

/** From so many known outcomes on, the share of frauds among alerts is worth a look. */
const fewestOutcomes = 20;

/** Weekdays and weekends differ. */
const fewestDays = 7;

/** A part of the alerts of which so little is known that it says nothing. */
const leastKnown = 0.5;

type Compared = Omit<Section, 'warnings'>;

const knownOf = ({ fraud, genuine }: { readonly fraud: number; readonly genuine: number }): number =>
  fraud + genuine;

/** What a reader must know before deciding by a section, as sentences. */
export function warningsOf(section: Compared): readonly string[] {
  const { days, alerts } = section;
  const unlike = alerts.onlyBase.transactions + alerts.onlyOther.transactions;
  return [
    ...(days.length < fewestDays
      ? [`${days.length === 1 ? 'Only one day' : `Only ${days.length} days`}: a week has days that differ.`]
      : []),
    ...(unlike === 0 ? [] : onOutcomes(section)),
    ...onGroups(section),
  ];
}

function onOutcomes({ base, other, alerts, ...section }: Compared): readonly string[] {
  const [ofBase, ofOther] = [knownOf(base.outcomes), knownOf(other.outcomes)];
  const fewest = Math.min(ofBase, ofOther);
  if (fewest < fewestOutcomes) {
    const many =
      fewest === 0 ? 'No outcome is' : fewest === 1 ? 'One outcome is' : `Only ${fewest} outcomes are`;
    const of = section.candidate ?? 'the shadow rules';
    const whose = ofOther <= ofBase ? `what ${of} would alert` : `what ${section.ruleset} alerts`;
    return [
      `${many} known of ${whose}, too few to say which is better; from ${fewestOutcomes} on it can be asked.`,
    ];
  }
  return [...onOverlap(base.precision, other.precision), ...onBias(alerts, section)];
}

/** Overlapping intervals don't prove that two shares are the same, only that nobody should decide by them. */
function onOverlap(base: Share | null, other: Share | null): readonly string[] {
  if (base === null || other === null || base.low > other.high || other.low > base.high) return [];
  return [
    `The shares of frauds can't be told apart yet: ${shareText(base)} and ${shareText(other)} overlap.`,
  ];
}

/** People look at what was alerted: what nobody was told of has outcomes only where a customer complained. */
function onBias({ onlyBase, onlyOther }: Compared['alerts'], stage: Stage): readonly string[] {
  const [of, than] = [onlyOther, onlyBase].map((cell) =>
    cell.transactions === 0 ? undefined : knownOf(cell) / cell.transactions,
  );
  if (of === undefined || of >= leastKnown || of > (than ?? 1)) return [];
  const { base, other } = namesOf(stage);
  const against = than === undefined ? '' : `, of what only ${base} alerts ${percentOf(than)}`;
  return [
    `Of what only ${other} would alert ${percentOf(of)} have an outcome${against}: people look at alerts, so frauds that nobody was told of may be missing.`,
  ];
}

function onGroups({ groups }: Compared): readonly string[] {
  if (groups === null) return [];
  const { base, canary } = groups;
  const fewest = Math.min(knownOf(base.outcomes), knownOf(canary.outcomes));
  if (fewest >= fewestOutcomes) return [];
  return [
    `Of one of the two groups of accounts only ${fewest} alerts have an outcome: too few to compare the groups by.`,
  ];
}
