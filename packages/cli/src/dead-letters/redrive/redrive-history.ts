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
  /** By the place of a letter and by its id, which all letters of the same refused line have. */
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
  /** Of the letters that were redriven, by their places. */
  const ids = new Map<string, string>();

  return {
    take({ partition, offset }, atMs, standing) {
      if (standing.kind === 'redrive') {
        const { said } = standing;
        for (const { of, id } of said.letters) if (id !== undefined) ids.set(placeText(of), id);
        if (said.kind === 'begun') begun.set(said.batch, { ...said, atMs });
        else {
          ended.add(said.batch);
          for (const letter of said.letters) takeRedriven(redriven, letter);
        }
        return;
      }
      const mark = standing.opened.ok ? standing.opened.rejected.redrive : undefined;
      if (mark === undefined) return;
      refusedAgain.set(markText(mark), { ...mark, became: 'refused', at: { partition, offset } });
    },
    history() {
      // A letter that came back says the place of the one it was, and only what is said of that has its id.
      for (const [name, letter] of refusedAgain) {
        const again = { ...letter, id: ids.get(placeText(letter.of)) };
        refusedAgain.set(name, again);
        takeRedriven(redriven, again);
      }
      return {
        redriven,
        open: [...begun.values()].filter(({ batch }) => !ended.has(batch)),
        refusedAgain,
      };
    },
  };
}

/** What was accepted once has a verdict or gets one, whatever became of the letter besides. */
const weight: Readonly<Record<Redriven['became'], number>> = { refused: 0, unknown: 1, accepted: 2 };

/** Takes in what became of one. */
export function takeRedriven(into: Map<string, LastRedriven>, { of, id, times, became }: Redriven): void {
  for (const name of namesOf(of, id)) into.set(name, both(into.get(name), { times, became }));
}

/** What became of a letter, or of another one of the same refused line. */
export const lastRedriven = (
  redriven: RedriveHistory['redriven'],
  { id, ...place }: LetterPlace & { readonly id: string },
): LastRedriven | undefined =>
  namesOf(place, id)
    .map((name) => redriven.get(name))
    .reduce((one, other) => (other === undefined ? one : both(one, other)), undefined);

const both = (one: LastRedriven | undefined, other: LastRedriven): LastRedriven =>
  one === undefined
    ? other
    : {
        times: Math.max(one.times, other.times),
        became: weight[other.became] > weight[one.became] ? other.became : one.became,
      };

/** What a letter is known by. */
export const namesOf = (place: LetterPlace, id: string | undefined): readonly string[] =>
  id === undefined ? [placeText(place)] : [placeText(place), id];

/** Names one redriving of one letter. */
export const markText = ({ of, times }: RedriveMark): string => `${placeText(of)} ${times}`;
