import type { Rollout } from '@weir/contracts';
import type { SeededRandom } from '../plan/seeded-random.ts';
import { makeRuleset, watchList } from './make-ruleset.ts';
import type { ActAnswer, RulesetAct } from './ruleset-acts.ts';

/** What the desk's acts have come to so far, in a log. */
export type RulesetBook = {
  /** Versions published under the harness' own name. */
  published: number;
  /** Those that somebody else has approved. */
  readonly approved: string[];
  /** Rulesets that came in place of another, the one in force last. */
  readonly inForce: string[];
  candidate: string | undefined;
  hasList: boolean;
};

/** `opened`: the ruleset the log was opened with. */
export const openRulesetBook = (opened: string): RulesetBook => ({
  ...{ published: 0, approved: [], inForce: [opened], candidate: undefined, hasList: false },
});

/** What happened, as the answers tell it. */
export function keepRulesetBook(book: RulesetBook, act: RulesetAct, answer: ActAnswer): void {
  if (!answer.ok) return;
  if (act.kind === 'publish') book.published += 1;
  if (act.kind === 'approve') book.approved.push(act.ref);
  if (act.kind === 'importList') book.hasList = true;
  const isBeside = act.kind === 'activate' && act.rollout !== undefined;
  if (isBeside) book.candidate = act.ref;
  else if ((act.kind === 'activate' || act.kind === 'rollBack') && answer.artefact !== undefined) {
    book.candidate = undefined;
    book.inForce.push(answer.artefact);
  }
}

const mostCounterparties = 8;
const accounts = 240;
const counterpartiesPerAccount = 5;

/** What a person does next, by chance: some acts that belong together. */
export function nextActs(book: RulesetBook, random: SeededRandom): readonly RulesetAct[] {
  if (!book.hasList) return [importList(random)];
  const candidate = book.candidate;
  const turns: readonly (() => readonly RulesetAct[])[] = [
    () => bringNew(book, random),
    () => bringNew(book, random),
    () => bringKnown(book, random),
    () => [importList(random)],
    () => rollBack(book) ?? bringNew(book, random),
    () => (candidate === undefined ? bringNew(book, random) : [{ kind: 'activate', ref: candidate }]),
  ];
  return random.pick(turns)();
}

function importList(random: SeededRandom): RulesetAct {
  const counterparties = Array.from(
    { length: random.between(2, mostCounterparties) },
    () => `shop-${random.between(0, accounts - 1)}-${random.between(1, counterpartiesPerAccount)}`,
  );
  return { kind: 'importList', name: watchList, counterparties: [...new Set(counterparties)] };
}

function bringNew(book: RulesetBook, random: SeededRandom): readonly RulesetAct[] {
  const ref = `faults@${book.published + 1}`;
  return [
    { kind: 'publish', ref, document: makeRuleset(random, ref) },
    ...(random.chance(0.3) ? [{ kind: 'activateUnapproved', ref } as const] : []),
    { kind: 'approve', ref },
    { kind: 'activate', ref, ...rolloutOf(random) },
  ];
}

/** One that was there before: as a candidate, or in place of the one in force. */
function bringKnown(book: RulesetBook, random: SeededRandom): readonly RulesetAct[] {
  const now = book.inForce.at(-1);
  const others = book.approved.filter((ref) => ref !== now);
  if (others.length === 0) return bringNew(book, random);
  return [{ kind: 'activate', ref: random.pick(others), ...rolloutOf(random) }];
}

/** Undefined where no other was in force before the one that is. */
function rollBack({ inForce, candidate }: RulesetBook): readonly RulesetAct[] | undefined {
  const now = inForce.at(-1);
  const leave = candidate ?? (now === inForce[0] ? undefined : now);
  return leave === undefined ? undefined : [{ kind: 'rollBack', leave }];
}

function rolloutOf(random: SeededRandom): { readonly rollout?: Rollout } {
  const stage = random.pick(['whole', 'shadow', 'canary', 'canary'] as const);
  if (stage === 'whole') return {};
  return { rollout: stage === 'shadow' ? { stage } : { stage, percent: random.between(1, 99) } };
}
