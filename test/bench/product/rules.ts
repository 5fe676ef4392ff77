import type { FeatureValues } from '@weir/contracts';
import { createJudge, type Judge, type Ruleset } from '@weir/rules';
import { createAccountHistory, defaultWindowPlan as plan } from '@weir/windows';
import type { AccountHistory, WindowRecord } from '@weir/windows';
import { historyRecord } from '../preload-history.ts';
import { median, round } from '../process-usage.ts';
import { populationOf, settingsOf } from '../settings.ts';

/** How large it is: so many accounts with 50 records of history, each asked so often in each turn. */
export type RulesSize = { readonly accounts: number; readonly asks: number; readonly turns: number };

const usual: RulesSize = { accounts: 500, asks: 40, turns: 15 };

/** So many rules, of each way to write them. */
const ruleCounts = [10, 50, 200] as const;

type Subject = {
  readonly record: WindowRecord;
  readonly account: string;
  readonly history: AccountHistory;
  readonly features: FeatureValues;
};

/**
 * What one more rule takes of deciding one transaction, in CPU nanoseconds, as features stand there already:
 * the verdict under so many rules less the verdict under one, by the rules that are more. Rules of three
 * comparisons, written as expressions, and as lists of conditions.
 */
export async function run(
  say: (sentence: string) => void,
  { accounts, asks, turns }: RulesSize = usual,
): Promise<Readonly<Record<string, number>>> {
  const subjects = subjectsOf(accounts);
  say(`Making ${accounts} accounts with 50 records, and rulesets of ${ruleCounts.join(', ')} rules`);
  const ways = [
    { name: 'one', rules: 1, judge: judgeOf(1, expressionOf) },
    ...ruleCounts.flatMap((rules) => [
      { name: `expressions${rules}`, rules, judge: judgeOf(rules, expressionOf) },
      { name: `conditions${rules}`, rules, judge: judgeOf(rules, conditionsOf) },
    ]),
  ];
  const measured = new Map<string, number[]>(ways.map(({ name }) => [name, []]));
  // The first two turns are for the compiler.
  for (let turn = -1; turn <= turns; turn += 1)
    for (const { name, judge } of ways) {
      const ns = measure(subjects, asks, judge);
      if (turn > 0) measured.get(name)?.push(ns);
    }
  const medians = new Map([...measured].map(([name, found]) => [name, median(found)]));
  const ofOne = medians.get('one') ?? 0;
  const perRule = ways
    .filter(({ rules }) => rules > 1)
    .map(
      ({ name, rules }) => [`${name}PerRuleNs`, ((medians.get(name) ?? 0) - ofOne) / (rules - 1)] as const,
    );
  const figures = Object.fromEntries(perRule.map(([name, ns]) => [name, round(ns, 1)]));
  const [few = 0, many = 0] = [figures['expressions10PerRuleNs'], figures['expressions200PerRuleNs']];
  return {
    verdictOfOneRuleNs: round(ofOne, 1),
    ...figures,
    expressionsManyOverFew: round(many / few, 2),
    expressionsOverConditions: round(many / (figures['conditions200PerRuleNs'] ?? 0), 2),
  };
}

/** Numbers that most transactions miss, as those of real rules do. */
const looked = [
  ...['amountOverTypical', 'amountLogZ', 'count_1h', 'velocityRatio_1h', 'hoursSinceLast', 'count_24h'],
  ...['newCounterparty', 'passThroughShare', 'dormancySurprise', 'counterpartySurprise', 'hourSurprise'],
];

const comparisonsOf = (rule: number): readonly { readonly feature: string; readonly atLeast: number }[] =>
  [0, 1, 2].map((place) => ({
    feature: looked[(rule * 3 + place * 5) % looked.length] ?? 'amountLogZ',
    atLeast: place === 0 ? 1 + (rule % 5) : 1 + ((rule + place) % 3) / 2,
  }));

const expressionOf = (rule: number): string =>
  comparisonsOf(rule)
    .map(({ feature, atLeast }) => `${feature} >= ${atLeast}`)
    .join(' && ');

const conditionsOf = (rule: number) => [...comparisonsOf(rule)];

function judgeOf(rules: number, whenOf: (rule: number) => Ruleset['rules'][number]['when']): Judge {
  const ruleset: Ruleset = {
    ...{ ref: 'bench@1', holdAt: 0.99 },
    rules: Array.from({ length: rules }, (_, index) => ({
      ...{ id: `rule_${index}`, title: `Rule ${index}`, severity: 'low' as const, weight: 0.001 },
      ...{ when: whenOf(index), explanation: 'It is made for the bench.' },
    })),
  };
  return createJudge({ ruleset, plan, versions: { ruleset: ruleset.ref, windowPlan: plan.ref } });
}

function subjectsOf(accounts: number): readonly Subject[] {
  const population = { ...populationOf(settingsOf(false), 'history50'), accounts };
  const { features } = judgeOf(1, expressionOf);
  return Array.from({ length: accounts }, (_, index) => {
    const history = createAccountHistory(plan, [], 0);
    for (let n = 0; n < population.history; n += 1) history.append(historyRecord(population, index, n));
    const record = historyRecord(population, index, population.history);
    const account = population.places.pseudonymOf(index);
    return { record, account, history, features: features(record, account, history) };
  });
}

/** CPU nanoseconds for each ask. */
function measure(subjects: readonly Subject[], asks: number, { decide }: Judge): number {
  const startedAt = process.cpuUsage();
  for (let ask = 0; ask < asks; ask += 1) for (const subject of subjects) decide(subject);
  const { user, system } = process.cpuUsage(startedAt);
  return ((user + system) * 1_000) / (asks * subjects.length);
}
