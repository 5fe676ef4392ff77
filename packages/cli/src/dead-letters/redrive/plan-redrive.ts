import { hash } from 'node:crypto';
import { maxRedrives, type RejectionCode } from '@weir/contracts';
import { placeText, type LetterPlace } from '../dead-letter.ts';
import type { Fitness, LeftOut } from './fitness.ts';
import { lastRedriven, namesOf, type LastRedriven, type RedriveHistory } from './redrive-history.ts';

/** A dead letter that is asked for, and what is known of it without opening its original. */
export type Candidate = LetterPlace & {
  /** Of the letter; its place where it can't be read. */
  readonly id: string;
  readonly codes: readonly RejectionCode[];
  /** When it was refused; letters are redriven in the order of that. */
  readonly timeMs: number;
  readonly line: number;
  readonly keptBytes: number;
  /** How often what it holds had been redriven when it was refused. */
  readonly timesBefore: number;
  readonly fitness: Fitness;
};

/** One that is to be redriven, for the so-manieth time. */
export type Planned = Candidate & { readonly times: number };

export type RedrivePlan = {
  readonly asked: number;
  readonly planned: readonly Planned[];
  readonly leftOut: ReadonlyMap<LeftOut, number>;
  /** Fit, and left for another time by the limit. */
  readonly beyondLimit: number;
  /** SHA-256 of the places in their order, so that the audit trail names them all without listing them. */
  readonly placesSha256: string;
};

type PlanOptions = {
  readonly again: boolean;
  readonly limit: number;
  /** Letters that came about before that are left out, in milliseconds since the Unix epoch. */
  readonly sinceMs: number;
};

/**
 * Decides which of the letters asked for are redriven, the oldest first. One that came back counts as redriven, so
 * that the same command said twice, or gone on with after a crash, sends nothing round again.
 */
export function planRedrive(
  candidates: readonly Candidate[],
  { redriven, refusedAgain }: Pick<RedriveHistory, 'redriven' | 'refusedAgain'>,
  { again, limit, sinceMs }: PlanOptions,
): RedrivePlan {
  const leftOut = new Map<LeftOut, number>();
  const leaveOut = (why: LeftOut): void => {
    leftOut.set(why, (leftOut.get(why) ?? 0) + 1);
  };
  const fit: Planned[] = [];
  const standAgain = new Set([...refusedAgain.values()].flatMap(({ of, id }) => namesOf(of, id)));
  for (const candidate of candidates) {
    const last = lastRedriven(redriven, candidate);
    const times = Math.max(candidate.timesBefore, last?.times ?? 0) + 1;
    const standsAgain = namesOf(candidate, candidate.id).some((name) => standAgain.has(name));
    const isOld = candidate.timeMs < sinceMs;
    const why = obstacleTo(candidate, { times, last, standsAgain, isOld, again });
    if (why === undefined) fit.push({ ...candidate, times });
    else leaveOut(why);
  }
  const ordered = fit.toSorted(
    (a, b) => a.timeMs - b.timeMs || a.line - b.line || a.partition - b.partition || a.offset - b.offset,
  );
  const firsts = new Map<string, Planned>();
  for (const one of ordered)
    if (firsts.has(one.id)) leaveOut('same_line');
    else firsts.set(one.id, one);
  const different = [...firsts.values()];
  const planned = different.slice(0, limit);
  return {
    ...{ asked: candidates.length, planned, leftOut },
    beyondLimit: different.length - planned.length,
    placesSha256: hash('sha256', planned.map(placeText).join('\n')),
  };
}

function obstacleTo(
  { fitness }: Candidate,
  {
    times,
    last,
    standsAgain,
    isOld,
    again,
  }: {
    readonly times: number;
    readonly last: LastRedriven | undefined;
    readonly standsAgain: boolean;
    readonly isOld: boolean;
    readonly again: boolean;
  },
): LeftOut | undefined {
  if (!fitness.ok) return fitness.why;
  if (last?.became === 'accepted') return 'accepted_already';
  if (last?.became === 'unknown') return 'perhaps_accepted';
  if (standsAgain) return 'stands_again';
  if (times > maxRedrives) return 'too_often';
  if (times > 1 && !again) return 'redriven_already';
  return isOld ? 'older_than_windows' : undefined;
}
