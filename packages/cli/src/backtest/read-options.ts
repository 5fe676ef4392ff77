import { readFileSync } from 'node:fs';
import { BacktestError, readMapping, type BacktestSettings, type EvaluationSettings } from '@weir/backtest';
import { isCalendarDay } from '@weir/contracts';
import { readRulebook } from '@weir/rulebook';
import { defaultRuleset, resolveRuleset, type Ruleset } from '@weir/rules';
import { featureNamesOf } from '@weir/scoring';
import { defaultWindowPlan } from '@weir/windows';
import { showProblems } from '../rules/open-rulebook.ts';

/** The command's options as commander gives them. */
export type BacktestOptions = {
  readonly transactions?: string;
  readonly mapping?: string;
  readonly out: string;
  readonly page?: string;
  readonly compare?: readonly string[];
  readonly ruleset?: string;
  readonly threshold?: string;
  readonly outcomesDelay: string;
  readonly reported: string;
  readonly seed: string;
  readonly cadence: string;
  readonly outcomes: boolean;
  readonly from?: string;
  readonly to?: string;
  readonly k: string;
  readonly alertsPerDay?: string;
  readonly knownAccounts?: 'drop' | 'keep';
  readonly maxBadRows?: string;
  readonly checkpointRows: string;
  readonly resume?: true;
  readonly json?: true;
};

const dayMs = 86_400_000;
const plan = defaultWindowPlan;

/** What the options ask for. Throws BacktestError (78) for one that makes no sense, and (66) for a file that isn't there. */
export function readOptions(options: BacktestOptions): BacktestSettings {
  const { transactions } = options;
  if (transactions === undefined) throw wrong('--transactions', 'there is no file to run');
  const ruleset = readRulesetOption(options);
  const delayMs = timeOf('--outcomes-delay', options.outcomesDelay);
  const evaluation = readEvaluation(options, { delayMs, holdAt: ruleset.holdAt });
  return {
    transactions,
    mapping: options.mapping === undefined ? undefined : readMapping(jsonIn('--mapping', options.mapping)),
    out: options.out,
    ruleset,
    plan,
    outcomes: {
      delayMs,
      cadenceMs: timeOf('--cadence', options.cadence),
      // Without any report the learner still learns what peers do.
      reported: options.outcomes ? numberOf('--reported', options.reported, { low: 0, high: 1 }) : 0,
      seed: wholeOf('--seed', options.seed, { low: 0, high: Number.MAX_SAFE_INTEGER }),
    },
    evaluation,
    maxBadRows:
      options.maxBadRows === undefined
        ? undefined
        : wholeOf('--max-bad-rows', options.maxBadRows, { low: 0, high: Number.MAX_SAFE_INTEGER }),
    resume: options.resume === true,
    checkpointRows: wholeOf('--checkpoint-rows', options.checkpointRows, {
      low: 1,
      high: Number.MAX_SAFE_INTEGER,
    }),
  };
}

function readEvaluation(
  options: BacktestOptions,
  { delayMs, holdAt }: { readonly delayMs: number; readonly holdAt: number },
): EvaluationSettings {
  const fromDay = options.from === undefined ? undefined : dayOf('--from', options.from);
  const toDay = options.to === undefined ? undefined : dayOf('--to', options.to);
  if (fromDay !== undefined && toDay !== undefined && toDay < fromDay)
    throw wrong('--to', 'a day before --from');
  return {
    fromDay,
    toDay,
    delayMs,
    knownAccounts: options.knownAccounts ?? (fromDay === undefined ? 'keep' : 'drop'),
    k: wholeOf('-k', options.k, { low: 1, high: 1_000_000 }),
    alertsPerDay:
      options.alertsPerDay === undefined
        ? undefined
        : wholeOf('--alerts-per-day', options.alertsPerDay, { low: 1, high: 1_000_000 }),
    holdAt,
  };
}

function readRulesetOption({ ruleset: file, threshold }: BacktestOptions): Ruleset {
  const ruleset = file === undefined ? defaultRuleset : (resolveRuleset(file) ?? rulesetIn(file));
  if (threshold === undefined) return ruleset;
  const holdAt = numberOf('--threshold', threshold, { low: 0, high: 1 });
  if (holdAt === 0) throw wrong('--threshold', 'not above 0');
  return { ...ruleset, holdAt };
}

function rulesetIn(file: string): Ruleset {
  const read = readRulebook(contentOf('--ruleset', file), featureNamesOf(plan));
  if (read.ok) return read.ruleset;
  throw new BacktestError(
    78,
    ["the ruleset can't be used:", ...showProblems(file, read.problems)].join('\n'),
  );
}

/** Throws BacktestError (66) for a file that can't be read. */
function contentOf(option: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    throw new BacktestError(66, `the file of ${option} can't be read (${code})`, { cause });
  }
}

/** Throws BacktestError (66) for a file that can't be read, and (78) for one that is no JSON. */
export function jsonIn(option: string, file: string): unknown {
  const content = contentOf(option, file);
  try {
    return JSON.parse(content.toString('utf8'));
  } catch (cause) {
    throw new BacktestError(78, `the file of ${option} is no JSON`, { cause });
  }
}

const wrong = (option: string, what: string): BacktestError => new BacktestError(78, `${option}: ${what}`);

type Bounds = { readonly low: number; readonly high: number };

function numberOf(option: string, text: string, { low, high }: Bounds): number {
  const value = Number(text);
  if (/^\d+(?:\.\d+)?$/.test(text) && value >= low && value <= high) return value;
  throw wrong(option, `not a number from ${String(low)} to ${String(high)}`);
}

function wholeOf(option: string, text: string, bounds: Bounds): number {
  const value = numberOf(option, text, bounds);
  if (Number.isInteger(value)) return value;
  throw wrong(option, 'not a whole number');
}

const unitMs = { d: dayMs, h: 3_600_000, m: 60_000, s: 1_000 };

/** "7d", "12h", "30m" or "90s" in milliseconds; at most ten years. */
function timeOf(option: string, text: string): number {
  const match = /^(\d{1,9})([dhms])$/.exec(text);
  const ms = match === null ? Number.NaN : Number(match[1]) * unitMs[match[2] as keyof typeof unitMs];
  if (ms >= 1_000 && ms <= 3_650 * dayMs) return ms;
  throw wrong(option, 'not a time such as 7d, 12h or 30m');
}

/** A day as days since 1970. */
function dayOf(option: string, text: string): number {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  const [year, month, day] = (match?.slice(1) ?? []).map(Number);
  if (year !== undefined && month !== undefined && day !== undefined && isCalendarDay(year, month, day)) {
    return Date.UTC(year, month - 1, day) / dayMs;
  }
  throw wrong(option, 'not a day such as 2018-07-25');
}
