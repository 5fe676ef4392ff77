import type { Ruleset, RulesetTest } from '@weir/rules';
import { builtInReasons } from '@weir/contracts';
import { titleOfScoreReason } from '@weir/scoring';
import { mostTransactionsOfTests } from '../limits.ts';
import { tellTransactions } from './tell-transactions.ts';

export type TestProblem = { readonly path: string; readonly message: string };

/** How the name of the account itself reads in the lists of a test. */
const accountName = 'account';

/**
 * What keeps the tests of a ruleset from being run or from ever failing: transactions told wrongly, a reason
 * that no rule gives, a list that the ruleset doesn't have, two tests of one name.
 */
export function problemsOfTests(
  ruleset: Pick<Ruleset, 'rules' | 'lists' | 'scoring' | 'tests'>,
): readonly TestProblem[] {
  const tests = ruleset.tests ?? [];
  const told = tests.flatMap(({ given }) => given).reduce((sum, { times = 1 }) => sum + times, 0);
  if (told > mostTransactionsOfTests)
    return [{ path: 'tests', message: `more than ${String(mostTransactionsOfTests)} transactions together` }];
  return tests.flatMap((test, index) => {
    const told = tellTransactions(test);
    const isRepeated = tests.findIndex(({ name }) => name === test.name) < index;
    const problems = [
      ...(isRepeated ? [{ path: 'name', message: 'the name of an earlier test' }] : []),
      ...(told.ok ? [] : told.problems),
      ...unknownReasons(test, ruleset),
      ...unknownListings(test, ruleset),
    ];
    return problems.map(({ path, message }) => ({ path: `tests.${String(index)}.${path}`, message }));
  });
}

function unknownReasons(
  { expect }: RulesetTest,
  { rules, lists = [], scoring }: Pick<Ruleset, 'rules' | 'lists' | 'scoring'>,
): readonly TestProblem[] {
  const ids = new Set<string>([...builtInReasons, ...[...rules, ...lists].map(({ id }) => id)]);
  const unknown = (field: 'reasons' | 'without'): readonly TestProblem[] =>
    (expect[field] ?? []).flatMap((reason, index) =>
      ids.has(reason) || (scoring === 'model' && titleOfScoreReason(reason) !== undefined)
        ? []
        : [{ path: `expect.${field}.${String(index)}`, message: 'a reason that no rule and no list gives' }],
    );
  return [...unknown('reasons'), ...unknown('without')];
}

function unknownListings(
  { lists = {}, given }: RulesetTest,
  { lists: used = [] }: Pick<Ruleset, 'lists'>,
): readonly TestProblem[] {
  return Object.entries(lists).flatMap(([id, names]) => {
    const use = used.find((one) => one.id === id);
    if (use === undefined) return [{ path: `lists.${id}`, message: 'no list of this ruleset has this id' }];
    return names.flatMap((name, index) => {
      const isThere =
        use.of === 'account' ? name === accountName : given.some(({ counterparty }) => counterparty === name);
      const message =
        use.of === 'account'
          ? `a list of accounts: only "${accountName}" can stand on it`
          : 'no counterparty of this test has this name';
      return isThere ? [] : [{ path: `lists.${id}.${String(index)}`, message }];
    });
  });
}
