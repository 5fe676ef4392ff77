import type { FeatureValues, Verdict } from '@weir/contracts';
import { createJudge, type Judgement, type PseudonymList, type Ruleset, type RulesetTest } from '@weir/rules';
import { createAccountHistory, defaultWindowPlan, type WindowPlan } from '@weir/windows';
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
  ruleset: Ruleset,
  plan: WindowPlan = defaultWindowPlan,
): readonly TestOutcome[] {
  const { tests = [] } = ruleset;
  if (tests.length === 0) return [];
  const judgeLast = judgeOf(ruleset, plan);
  return tests.map((test, index) => {
    const told = tellTransactions(test);
    if (!told.ok) throw new RangeError(`tests.${String(index)} is not told as it should be`);
    const { features, ...judgement } = judgeLast(test, told);
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

type Told = Extract<Telling, { ok: true }>;

/** Pseudonyms as ingest shapes them; whose they are counts for nothing but lists and canaries. */
const account = `a1_${'A'.repeat(21)}w`;
const accountKey = '000000000000';

/** To make a judge takes as long as thousands of transactions: one judges all tests, each with its own lists. */
function judgeOf(ruleset: Ruleset, plan: WindowPlan) {
  const { lists: used = [] } = ruleset;
  let listed: Listed = new Map();
  const lists = new Map(
    used.map(({ list, of }): [string, PseudonymList] => [
      list,
      { ref: `${list}@1`, of, has: (key) => listed.get(list)?.has(key) === true },
    ]),
  );
  const refs = [...lists.values()].map(({ ref }) => ref).sort();
  const judge = createJudge({
    ruleset,
    plan,
    versions: { ruleset: ruleset.ref, windowPlan: plan.ref, ...(refs.length === 0 ? {} : { lists: refs }) },
    lists,
  });
  return (test: RulesetTest, { records, counterparties }: Told) => {
    listed = listedIn(test, used, counterparties);
    const history = createAccountHistory(plan, [], 0);
    for (const record of records.slice(0, -1)) history.append(record);
    return judge.judge(records.at(-1) ?? records[0], account, history);
  };
}

/** By the name of a list, who stands on it. */
type Listed = ReadonlyMap<string, ReadonlySet<string>>;

function listedIn(
  { lists = {} }: RulesetTest,
  used: NonNullable<Ruleset['lists']>,
  counterparties: ReadonlyMap<string, string>,
): Listed {
  const listed = new Map<string, Set<string>>();
  for (const { id, list, of } of used) {
    const keys = listed.get(list) ?? new Set();
    listed.set(list, keys);
    for (const name of lists[id] ?? [])
      keys.add(of === 'account' ? accountKey : (counterparties.get(name) ?? ''));
  }
  return listed;
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
