import type { FeatureValues, Verdict } from '@weir/contracts';
import { createJudge, type Judgement, type PseudonymList, type Ruleset, type RulesetTest } from '@weir/rules';
import { createAccountHistory, defaultWindowPlan, type WindowPlan } from '@weir/windows';
import { accountName } from './problems-of-tests.ts';
import { tellTransactions, type Telling } from './tell-transactions.ts';

/** What became of the judged transaction of a test. */
export type TestVerdict = {
  readonly outcome: Verdict['outcome'];
  /** Whether people are asked to look at it though it was cleared. */
  readonly alert: boolean;
  readonly score: number;
  readonly reasons: readonly string[];
  /** Shadow rules that fired. */
  readonly shadowRules: readonly string[];
};

export type TestOutcome = {
  readonly name: string;
  /** "tests.3" */
  readonly path: string;
  readonly ok: boolean;
  /** What differs from what was expected, in words; nothing where it is ok. */
  readonly differences: readonly string[];
  readonly got: TestVerdict;
  /** What the judged transaction was decided on. */
  readonly features: FeatureValues;
};

/**
 * Runs the tests of a ruleset through the windows, the features and the judge of production, without
 * anything learned from outcomes: what such a model knows changes from day to day. A pure function.
 * Throws a RangeError for a ruleset that readRulebook would refuse.
 */
export function runRulesetTests(
  ruleset: RulesetOfJudge,
  plan: WindowPlan = defaultWindowPlan,
): readonly TestOutcome[] {
  return (ruleset.tests ?? []).map((test, index) => {
    const told = tellTransactions(test);
    if (!told.ok) throw new RangeError(`tests.${String(index)} is not told as it should be`);
    const { features, ...judgement } = judgeLast(ruleset, plan, test, told);
    const got = verdictOf(judgement);
    const differences = differencesOf(test, got);
    return {
      name: test.name,
      path: `tests.${String(index)}`,
      ok: differences.length === 0,
      differences,
      got,
      features,
    };
  });
}

type RulesetOfJudge = Parameters<typeof createJudge>[0]['ruleset'];
type Told = Extract<Telling, { ok: true }>;

/** Pseudonyms as ingest shapes them; whose they are counts for nothing but lists and canaries. */
const account = `a1_${'A'.repeat(21)}w`;
const accountKey = '000000000000';

function judgeLast(ruleset: RulesetOfJudge, plan: WindowPlan, test: RulesetTest, told: Told) {
  const lists = listsOf(ruleset, test, told.counterparties);
  const refs = [...lists.values()].map(({ ref }) => ref).sort();
  const judge = createJudge({
    ruleset,
    plan,
    versions: { ruleset: ruleset.ref, windowPlan: plan.ref, ...(refs.length === 0 ? {} : { lists: refs }) },
    lists,
  });
  const history = createAccountHistory(plan, [], 0);
  const before = [...told.records];
  const last = before.pop() ?? told.records[0];
  for (const record of before) history.append(record);
  return judge.judge(last, account, history);
}

/** Every list that the ruleset looks at, with what the test says stands on it: none of them is missing. */
function listsOf(
  { lists: used = [] }: Pick<Ruleset, 'lists'>,
  { lists: listed = {} }: RulesetTest,
  counterparties: ReadonlyMap<string, string>,
): ReadonlyMap<string, PseudonymList> {
  return new Map(
    used.map(({ list, of }) => {
      const names = used.filter((one) => one.list === list).flatMap(({ id }) => listed[id] ?? []);
      const keys = new Set(
        names.map((name) => (name === accountName ? accountKey : counterparties.get(name))),
      );
      return [list, { ref: `${list}@1`, of, has: (key: string) => keys.has(key) }];
    }),
  );
}

const verdictOf = ({ verdict, alert, shadowRules }: Judgement): TestVerdict => ({
  outcome: verdict.outcome,
  alert,
  score: verdict.score,
  reasons: verdict.reasons.map(({ rule }) => rule),
  shadowRules,
});

function differencesOf({ expect }: RulesetTest, got: TestVerdict): readonly string[] {
  const given = [...new Set([...got.reasons, ...got.shadowRules])];
  const whatWas = given.length === 0 ? 'there is none' : `there are ${given.join(', ')}`;
  return [
    ...(expect.outcome === got.outcome ? [] : [`${got.outcome}, not ${expect.outcome}`]),
    ...(expect.alert === undefined || expect.alert === got.alert
      ? []
      : [got.alert ? 'an alert, where none is expected' : 'no alert']),
    ...(expect.reasons ?? [])
      .filter((reason) => !given.includes(reason))
      .map((reason) => `without the reason ${reason}; ${whatWas}`),
    ...(expect.without ?? [])
      .filter((reason) => given.includes(reason))
      .map((reason) => `with the reason ${reason}`),
  ];
}
