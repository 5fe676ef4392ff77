import type { RedriveMark, RedriveRecord, Redriven } from '@weir/contracts';
import { placeText, type LetterPlace, type Standing } from '../dead-letter.ts';

/** A batch that ingest began and of which it didn't say that it ended. */
export type OpenBatch = Extract<RedriveRecord, { kind: 'begun' }> & {
  /** When that was said, by the clock of ingest. */
  readonly atMs: number;
};

/** What the dead letters' topic knows of redriving: it is the only memory of it, and lives as long as the letters. */
export type RedriveHistory = {
  /** By the place of a letter: how often what it holds had been redriven when it last was. */
  readonly redriven: ReadonlyMap<string, number>;
  readonly open: readonly OpenBatch[];
  /** Letters that stand again, refused once more, by place and times of the letter they were. */
  readonly refusedAgain: ReadonlyMap<string, Redriven>;
};

/** Takes in what stands on the topic, in the order of each partition. */
export function createRedriveHistory(): {
  take(place: LetterPlace, timestampMs: number, standing: Standing): void;
  history(): RedriveHistory;
} {
  const redriven = new Map<string, number>();
  const begun = new Map<string, OpenBatch>();
  const ended = new Set<string>();
  const refusedAgain = new Map<string, Redriven>();

  const know = ({ of, times }: RedriveMark): void => {
    const place = placeText(of);
    redriven.set(place, Math.max(redriven.get(place) ?? 0, times));
  };

  return {
    take({ partition, offset }, atMs, standing) {
      if (standing.kind === 'redrive') {
        const { said } = standing;
        if (said.kind === 'begun') begun.set(said.batch, { ...said, atMs });
        else {
          ended.add(said.batch);
          said.letters.forEach(know);
        }
        return;
      }
      const mark = standing.opened.ok ? standing.opened.rejected.redrive : undefined;
      if (mark === undefined) return;
      know(mark);
      refusedAgain.set(markText(mark), { ...mark, became: 'refused', at: { partition, offset } });
    },
    history: () => ({
      redriven,
      open: [...begun.values()].filter(({ batch }) => !ended.has(batch)),
      refusedAgain,
    }),
  };
}

/** Names one redriving of one letter. */
export const markText = ({ of, times }: RedriveMark): string => `${placeText(of)} ${times}`;
