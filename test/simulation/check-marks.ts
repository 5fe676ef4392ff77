import { statesIn } from '../history-checks/check-versions.ts';
import type { InForce } from '../history-checks/check-versions.ts';
import type { History, JournalEntry, LogTransaction, Violation } from '../history-checks/history.ts';
import { placeKey } from '../history-checks/history.ts';
import { markedLists, markedRulesets } from './published-rules.ts';
import type { MarkedRuleset } from './published-rules.ts';

type WithVerdict = Extract<JournalEntry['decisions'][number], { outcome: 'cleared' | 'held' }>;

/**
 * What a verdict says it was decided by is what it was decided by: it bears the mark
 * of that ruleset and of no other, and the list that the ruleset asks for is the
 * version that was in force there. Names alone could be right by mistake.
 */
export function checkMarks(history: History): Violation[] {
  const transactions = new Map(
    history.log.flatMap((entry) =>
      entry.kind === 'transaction' ? [[placeKey(entry.partition, entry.offset), entry] as const] : [],
    ),
  );
  const partitions = new Set(history.journal.map(({ partition }) => partition));
  const states = new Map([...partitions].map((one) => [one, statesIn(history, one)] as const));
  return history.journal.flatMap(({ partition, decisions, versions }) =>
    decisions.flatMap((decision): Violation[] => {
      const transaction = transactions.get(placeKey(partition, decision.offset));
      if (!('digest' in decision) || transaction === undefined) return [];
      const state = states.get(partition)?.(decision.offset);
      return problemsOf(decision, decision.ruleset ?? versions.ruleset, transaction, state).map((found) => ({
        ...{ rule: 'marked_by_its_ruleset', damage: 'conflicting', partition, offset: decision.offset },
        found,
      }));
    }),
  );
}

function problemsOf(
  decision: WithVerdict,
  ruleset: string,
  transaction: LogTransaction,
  state: InForce | undefined,
): string[] {
  const by = markedRulesets.find((one) => one.ruleset.ref === ruleset);
  return [
    ...markedRulesets.flatMap(({ mark }) => {
      const demanded = mark === by?.mark && transaction.content.amountMinor >= by.fromMinor;
      return differing(`the mark ${mark}`, decision.reasons.includes(mark), demanded);
    }),
    ...(by === undefined ? [] : lookedOn(decision, by, transaction)),
    ...(by === undefined ? [] : listed(decision, by, transaction, state)),
  ];
}

function lookedOn({ shadowRules = [] }: WithVerdict, { shadow }: MarkedRuleset, { content }: LogTransaction) {
  const demanded = shadow !== undefined && content.amountMinor >= shadow.fromMinor;
  return differing('a rule that looks on', shadowRules.length > 0, demanded);
}

/** A list that is not in force yet can't be asked, which holds. */
function listed(
  { outcome, reasons }: WithVerdict,
  { watches }: MarkedRuleset,
  { content }: LogTransaction,
  state: InForce | undefined,
): string[] {
  if (watches === undefined || state === undefined) return [];
  const inForce = state.lists?.find(({ ref }) => ref.startsWith(`${watches.list}@`));
  if (inForce === undefined) return differing('being held', outcome === 'held', true);
  const list = markedLists.find(({ inForce: { ref } }) => ref === inForce.ref);
  const isOn = content.counterparty !== '' && list?.pseudonyms.includes(content.counterparty) === true;
  return differing(`being on ${inForce.ref}`, reasons.includes(watches.id), isOn);
}

const differing = (what: string, found: boolean, demanded: boolean): string[] =>
  found === demanded ? [] : [`${what} is ${found ? 'there' : 'missing'}`];
