import { grouped } from '../terminal/table.ts';
import type { LeftOut } from './comparison.ts';
import type { Stage } from './read-both-ways.ts';
import type { Share } from './wilson.ts';

/** 0.25 as "25 %", and small and almost whole shares with a digit more. */
export function percentOf(share: number): string {
  const percent = 100 * share;
  const digits = percent > 0 && (percent < 10 || (percent > 99 && percent < 100)) ? 1 : 0;
  return `${percent.toFixed(digits)} %`;
}

/** "31 % (95 %: 12 to 59 %)". */
export const shareText = ({ share, low, high }: Share): string =>
  `${percentOf(share)} (95 %: ${percentOf(low).replace(' %', '')} to ${percentOf(high)})`;

/** The names of the two that are compared. */
export function namesOf({ stage, ruleset, candidate, percent }: Stage): {
  readonly base: string;
  readonly other: string;
} {
  if (stage === 'alone') return { base: ruleset, other: 'with its shadow rules' };
  return { base: ruleset, other: `${candidate ?? '?'} (${stageText({ stage, percent })})` };
}

const stageText = ({ stage, percent }: Pick<Stage, 'stage' | 'percent'>): string =>
  stage === 'canary' ? `canary, ${percent ?? '?'} %` : 'shadow';

/** What a section is about, in one line. */
export function titleOf(stage: Stage): string {
  const { ruleset, candidate, percent } = stage;
  switch (stage.stage) {
    case 'alone':
      return `${ruleset} decides alone`;
    case 'shadow':
      return `${ruleset} decides, ${candidate ?? '?'} is its shadow`;
    case 'canary':
      return `${ruleset} decides, ${candidate ?? '?'} for ${percent ?? '?'} % of the accounts (canary)`;
  }
}

/** What a report could not count, in sentences. */
export function leftOutSentences(leftOut: LeftOut): readonly string[] {
  const { withoutTime, newer, ofFurtherStages, unreadable, outcomes } = leftOut;
  const sentences: readonly (readonly [count: number, sentence: string])[] = [
    [withoutTime, "decisions of earlier releases don't say when they were about; they are left out."],
    [newer, 'transactions happened behind the end of the period; --to reaches further.'],
    [ofFurtherStages, 'transactions of further changes of rules are left out; take a shorter period.'],
    [unreadable, "records of the journal can't be read; the runbooks say what to do about that."],
    [outcomes, 'outcomes, the oldest, were too many to keep and count as not known.'],
  ];
  return sentences.flatMap(([count, sentence]) => (count === 0 ? [] : [`${grouped(count)} ${sentence}`]));
}
