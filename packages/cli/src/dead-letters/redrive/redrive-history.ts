import type { RedriveMark, RedriveRecord, Redriven } from '@weir/contracts';
import { placeText, type LetterPlace, type Standing } from '../dead-letter.ts';

/** A batch that ingest began and of which it didn't say that it ended. */
export type OpenBatch = Extract<RedriveRecord, { kind: 'begun' }> & {
  /** When that was said, by the clock of ingest. */
  readonly atMs: number;
};

/** How often what a letter holds had been redriven when it last was, and what became of it at best. */
export type LastRedriven = { readonly times: number; readonly became: Redriven['became'] };

/** What the dead letters' topic knows of redriving: it is the only memory of it, and lives as long as the letters. */
export type RedriveHistory = {
  /** By the place of a letter. */
  readonly redriven: ReadonlyMap<string, LastRedriven>;
  readonly open: readonly OpenBatch[];
  /** Letters that stand again, refused once more, by place and times of the letter they were. */
  readonly refusedAgain: ReadonlyMap<string, Redriven>;
};

/** Takes in what stands on the topic, in the order of each partition. */
export function createRedriveHistory(): {
  take(place: LetterPlace, timestampMs: number, standing: Standing): void;
  history(): RedriveHistory;
} {
  const redriven = new Map<string, LastRedriven>();
  const begun = new Map<string, OpenBatch>();
  const ended = new Set<string>();
  const refusedAgain = new Map<string, Redriven>();

  return {
    take({ partition, offset }, atMs, standing) {
      if (standing.kind === 'redrive') {
        const { said } = standing;
        if (said.kind === 'begun') begun.set(said.batch, { ...said, atMs });
        else {
          ended.add(said.batch);
          for (const letter of said.letters) takeRedriven(redriven, letter);
        }
        return;
      }
      const mark = standing.opened.ok ? standing.opened.rejected.redrive : undefined;
      if (mark === undefined) return;
      const again = { ...mark, became: 'refused' as const, at: { partition, offset } };
      takeRedriven(redriven, again);
      refusedAgain.set(markText(mark), again);
    },
    history: () => ({
      redriven,
      open: [...begun.values()].filter(({ batch }) => !ended.has(batch)),
      refusedAgain,
    }),
  };
}

/** What was accepted once has a verdict or gets one, whatever became of the letter besides. */
const weight: Readonly<Record<Redriven['became'], number>> = { refused: 0, unknown: 1, accepted: 2 };

/** Takes in what became of one. */
export function takeRedriven(into: Map<string, LastRedriven>, { of, times, became }: Redriven): void {
  const known = into.get(placeText(of)) ?? { times, became };
  into.set(placeText(of), {
    times: Math.max(known.times, times),
    became: weight[became] > weight[known.became] ? became : known.became,
  });
}

/** Names one redriving of one letter. */
export const markText = ({ of, times }: RedriveMark): string => `${placeText(of)} ${times}`;
