import { createJudge, resolveRuleset } from '@weir/rules';
import type { Judge } from '@weir/rules';
import { computeFeatures } from '@weir/scoring';
import { createAccountHistory, defaultWindowPlan as plan } from '@weir/windows';
import type { AccountHistory, WindowRecord } from '@weir/windows';
import { makeBenchModel } from '../bench-model.ts';
import { historyRecord } from '../preload-history.ts';
import { median, round } from '../process-usage.ts';
import { populationOf, settingsOf } from '../settings.ts';
import type { Population } from '../population.ts';

/** How large it is: so many accounts with 50 records of history, each asked so often; entries of the model; turns. */
export type ScoringSize = {
  readonly accounts: number;
  readonly asks: number;
  readonly entries: number;
  readonly turns: number;
};

const usual: ScoringSize = { accounts: 2_000, asks: 20, entries: 10_000, turns: 9 };

type Subject = { readonly record: WindowRecord; readonly account: string; readonly history: AccountHistory };

/**
 * What deciding one transaction takes, beside I/O, in CPU microseconds: the
 * features, and features and verdict by the weights of rules, by the score
 * without a model, and by the score with one. Nothing else runs in this process;
 * the ways take turns, and the median of the turns counts.
 */
export async function run(
  say: (sentence: string) => void,
  { accounts, asks, entries, turns }: ScoringSize = usual,
): Promise<Readonly<Record<string, number>>> {
  const population = { ...populationOf(settingsOf(false), 'history50'), accounts };
  say(`Making ${accounts} accounts with ${population.history} records, and a model that knows ${entries}`);
  const subjects = Array.from({ length: accounts }, (_, index) => subjectOf(population, index));
  const snapshot = makeBenchModel(population, entries);
  const startedAt = process.cpuUsage();
  const learned = judgeOf('starter@2', snapshot);
  const prepareMs = cpuMs(startedAt);
  const ways: Readonly<Record<string, (subject: Subject) => void>> = {
    featuresUs: ({ record, history }) => void computeFeatures({ record, history, plan }),
    rulesUs: byJudge(judgeOf('starter@1')),
    scoreUs: byJudge(judgeOf('starter@2')),
    scoreWithModelUs: byJudge(learned),
  };
  const measured = new Map<string, number[]>(Object.keys(ways).map((name) => [name, []]));
  // The first turn is for the compiler.
  for (let turn = 0; turn <= turns; turn += 1)
    for (const [name, way] of Object.entries(ways)) {
      const us = measure(subjects, asks, way);
      if (turn > 0) measured.get(name)?.push(us);
    }
  const medians = Object.fromEntries([...measured].map(([name, found]) => [name, round(median(found), 2)]));
  const { featuresUs = 0, rulesUs = 0, scoreWithModelUs = 0 } = medians;
  return {
    ...medians,
    modelOverRulesUs: round(scoreWithModelUs - rulesUs, 2),
    modelOverFeatures: round(scoreWithModelUs / featuresUs, 2),
    modelBytes: JSON.stringify(snapshot).length,
    prepareModelMs: round(prepareMs, 2),
  };
}

function judgeOf(ref: string, snapshot?: ReturnType<typeof makeBenchModel>): Judge {
  const ruleset = resolveRuleset(ref);
  if (ruleset === undefined) throw new Error(`this release has no ruleset ${ref}`);
  const versions = {
    ...{ ruleset: ref, windowPlan: plan.ref },
    ...(snapshot === undefined ? {} : { model: snapshot.ref }),
  };
  return createJudge({ ruleset, plan, versions, snapshot });
}

const byJudge =
  ({ judge }: Judge) =>
  ({ record, account, history }: Subject): void =>
    void judge(record, account, history);

/** An account with its history, and the next transaction of it; one in 101 is twelve times the usual, as in the drains. */
function subjectOf(population: Population, index: number): Subject {
  const history = createAccountHistory(plan, [], 0);
  for (let n = 0; n < population.history; n += 1) history.append(historyRecord(population, index, n));
  const next = historyRecord(population, index, population.history);
  const record = index % 101 === 100 ? { ...next, amountMinor: next.amountMinor * 12 } : next;
  return { record, account: population.places.pseudonymOf(index), history };
}

/** CPU microseconds for each ask. */
function measure(subjects: readonly Subject[], asks: number, way: (subject: Subject) => void): number {
  const startedAt = process.cpuUsage();
  for (let ask = 0; ask < asks; ask += 1) for (const subject of subjects) way(subject);
  return (cpuMs(startedAt) * 1_000) / (asks * subjects.length);
}

function cpuMs(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1_000;
}
