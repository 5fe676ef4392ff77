import { defaultWindowPlan, longestSpanMs } from '@weir/windows';
import { CommandError, exitCodes } from '../../exit-codes.ts';
import { letterOf, placeText, type LetterPlace } from '../dead-letter.ts';
import { isAskedFor, isWithin, type LetterFilter } from '../letter-filter.ts';
import { readLetterAt, readStandings, type LetterOps, type ReadOptions } from '../read-letters.ts';
import { fitnessOf, type FitnessOptions } from './fitness.ts';
import type { Candidate } from './plan-redrive.ts';
import { createRedriveHistory, type RedriveHistory } from './redrive-history.ts';

/** Which dead letters are meant: those at some places, or those that fit a filter. */
export type Meant =
  | { readonly kind: 'places'; readonly places: readonly LetterPlace[] }
  | { readonly kind: 'filter'; readonly filter: LetterFilter };

/** As far as the windows of a log that was opened as Weir does reach back: a transaction of before is as good as new. */
const windowsReachMs = longestSpanMs(defaultWindowPlan) + defaultWindowPlan.allowedLatenessMs;

/** Since when letters are redriven: a filter shouldn't reach what the windows have forgotten, a place may. */
export const redrivenSinceMs = ({ kind }: Meant, nowMs: number): number =>
  kind === 'places' ? -Infinity : nowMs - windowsReachMs;

/** What is known of a letter stays in memory until the end of the topic, which may say that it was redriven. */
const mostCandidates = 100_000;

/**
 * Reads the topic once, from the oldest letter meant to its end: finds the letters, and what was said of redriving
 * any. Opens dead letters, and no original. Throws CommandError where no letter stands at a place, or too many fit.
 */
export async function findLetters(
  ops: LetterOps,
  meant: Meant,
  { signal, onProgress, ...options }: Omit<ReadOptions, 'filter'> & FitnessOptions,
): Promise<{ readonly candidates: readonly Candidate[]; readonly history: RedriveHistory }> {
  const candidates: Candidate[] = [];
  const { take, history } = createRedriveHistory();
  const isMeant = chooser(meant);
  const fromMs = await beginningOf(ops, meant, signal);
  await readStandings(ops, { fromMs, signal, onProgress }, (record, standing) => {
    take(record, record.timestampMs, standing);
    if (standing.kind === 'redrive') return;
    const { opened, id, time } = standing;
    const letter = letterOf(record, opened);
    if (!isMeant(record, letter)) return;
    if (candidates.length === mostCandidates) throw tooMany();
    const { partition, offset } = record;
    candidates.push({
      ...{ partition, offset, id: id ?? placeText(record) },
      codes: letter.rejections.map(({ code }) => code),
      timeMs: time === null ? record.timestampMs : Date.parse(time),
      line: letter.origin?.kind === 'source' ? letter.origin.line : 0,
      keptBytes: letter.keptBytes ?? 0,
      timesBefore: letter.redriven,
      fitness: fitnessOf(opened, options),
    });
  });
  return { candidates, history: history() };
}

type Choose = (place: LetterPlace, letter: Parameters<typeof isAskedFor>[0]) => boolean;

function chooser(meant: Meant): Choose {
  if (meant.kind === 'filter') {
    return (_, letter) => isWithin(Date.parse(letter.at), meant.filter) && isAskedFor(letter, meant.filter);
  }
  const names = new Set(meant.places.map(placeText));
  return (place) => names.has(placeText(place));
}

async function beginningOf(ops: LetterOps, meant: Meant, signal: AbortSignal): Promise<number | undefined> {
  if (meant.kind === 'filter') return meant.filter.fromMs;
  let oldestMs = Infinity;
  for (const place of meant.places) {
    const found = await readLetterAt(ops, place, signal);
    if (found === undefined) {
      const why = `No dead letter stands at ${placeText(place)}, or no longer`;
      throw new CommandError(exitCodes.notAsItShouldBe, why);
    }
    oldestMs = Math.min(oldestMs, found.record.timestampMs);
  }
  return oldestMs;
}

const tooMany = (): CommandError =>
  new CommandError(
    exitCodes.usage,
    `More than ${mostCandidates} dead letters fit: name a shorter time with --from and --to`,
  );
