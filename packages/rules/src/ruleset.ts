import {
  artefactRef,
  builtInReasons,
  channels,
  creditDebitIndicator,
  mostLists,
  severity,
} from '@weir/contracts';
import { z } from 'zod';

/** The name of a feature, as in featureNames of @weir/scoring. */
const feature = z.string().regex(/^[A-Za-z][A-Za-z0-9_]{0,62}$/);

const threshold = z.number();

/** One thing that must hold for a rule to fire. A feature without a value (null) meets no condition. */
export const condition = z.union([
  z.strictObject({ feature, atLeast: threshold }),
  z.strictObject({ feature, atMost: threshold }),
  z.strictObject({ feature, equals: threshold }),
]);
export type Condition = z.infer<typeof condition>;

/** The thousandths of a whole that weights come in: decide() multiplies them as integers, exactly. */
export const weightSteps = 1000;

const ruleId = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,62}$/)
  .refine((id) => !(builtInReasons as readonly string[]).includes(id), 'the id of a built-in reason');

/** A name that expressions use: of a constant, a definition, a list. */
const name = z.string().regex(/^[A-Za-z][A-Za-z0-9_]{0,62}$/);

/** An expression, whose language the README describes. How long it may run follows from how long it is. */
const expression = z.string().min(1).max(1_000);

/** Constants and definitions are each looked up by name, and compared with a misspelt one. */
const mostNames = 200;
const areFew = (named: Readonly<Record<string, unknown>>): boolean => Object.keys(named).length <= mostNames;
const tooMany = `more than ${String(mostNames)} names`;

/** Which transactions a rule looks at: all of what is given must fit. */
export const scope = z.strictObject({
  currencies: z
    .array(z.string().regex(/^[A-Z]{3}$/))
    .min(1)
    .max(50)
    .optional(),
  channels: z.array(z.enum(channels)).min(1).optional(),
  countries: z
    .array(z.string().regex(/^[A-Z]{2}$/))
    .min(1)
    .max(250)
    .optional(),
  creditDebitIndicator: creditDebitIndicator.optional(),
  /** Lists of accounts, by their ids in `lists`: the account must be on one of them. */
  accountGroups: z.array(ruleId).min(1).max(16).optional(),
  /** The account must be on none of them. */
  exceptAccountGroups: z.array(ruleId).min(1).max(16).optional(),
});
export type Scope = z.infer<typeof scope>;

export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
const timeOfDay = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/);

/** When a rule looks, by the event time of the transaction. All of what is given must fit. */
export const schedule = z.strictObject({
  days: z.array(z.enum(weekdays)).min(1).max(7).optional(),
  /** From, inclusive, to, exclusive; over midnight where `to` is the earlier one, which then belongs to the day before. */
  hours: z.strictObject({ from: timeOfDay, to: timeOfDay }).optional(),
  /** What days and hours are meant in: a fixed distance to UTC, since time zones change by decree. Default "+00:00". */
  utcOffset: z
    .string()
    .regex(/^[+-](?:0\d|1[0-4]):[0-5]\d$/)
    .optional(),
  from: z.iso.datetime({ offset: true }).optional(),
  until: z.iso.datetime({ offset: true }).optional(),
});
export type Schedule = z.infer<typeof schedule>;

/** One rule is one reason. */
export const rule = z.strictObject({
  id: ruleId,
  title: z.string().min(1).max(80),
  severity,
  /** How much it alone would score: a whole number of thousandths above 0 and up to 1. Of a rule that scores. */
  weight: z
    .number()
    .gt(0)
    .max(1)
    .refine((weight) => Math.round(weight * weightSteps) / weightSteps === weight, 'more than three decimals')
    .optional(),
  /** An expression, or conditions that must all hold. */
  when: z.union([expression, z.array(condition).min(1).max(10)]),
  /**
   * What happens where it fires: it adds its weight to the score, it holds whatever the score is, or it
   * raises an alert and holds nothing. Absent: it scores where the score comes from rules, else it holds.
   */
  then: z.enum(['score', 'hold', 'alert']).optional(),
  /** A shadow counts and is journalled, and decides nothing. */
  mode: z.enum(['live', 'shadow']).optional(),
  scope: scope.optional(),
  schedule: schedule.optional(),
  /** The way of fraud or laundering that it is about, and who describes it. */
  typology: z.string().min(1).max(80).optional(),
  source: z.string().min(1).max(500).optional(),
  /** Plain words for the person who decides, with features by name in braces: "{amountOverTypical} times as much". */
  explanation: z.string().min(1).max(500),
});
export type Rule = z.infer<typeof rule>;

/** A list that the ruleset looks at: `list` is the name of its artefact, of which the version in force counts. */
export const listUse = z.strictObject({
  id: ruleId,
  list: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/),
  of: z.enum(['counterparty', 'account']),
  title: z.string().min(1).max(80),
  severity,
  /**
   * What happens to a transaction that is on it. `clear`: its score holds nothing, policies and what could not
   * be checked still do. `nothing`: expressions and scopes ask for it.
   */
  then: z.enum(['hold', 'alert', 'clear', 'nothing']),
  explanation: z.string().min(1).max(500),
});
export type ListUse = z.infer<typeof listUse>;

/** A transaction of a test, told as an analyst would. `at` is RFC 3339, or a distance to the last one such as "-3d", "-10m". */
export const testTransaction = z.strictObject({
  at: z.string().min(1).max(40).optional(),
  amount: z.string().max(32),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/)
    .optional(),
  creditDebitIndicator: creditDebitIndicator.optional(),
  counterparty: z.string().min(1).max(70).optional(),
  channel: z.enum(channels).optional(),
  country: z
    .string()
    .regex(/^[A-Z]{2}$/)
    .optional(),
  /** So many of them, `every` apart, the last one at `at`. */
  times: z.int().min(1).max(1_000).optional(),
  every: z.string().max(20).optional(),
});
export type TestTransaction = z.infer<typeof testTransaction>;

/** Given these transactions of one account, the last of them gets this verdict. */
export const rulesetTest = z.strictObject({
  name: z.string().min(1).max(120),
  given: z.array(testTransaction).min(1).max(200),
  /** Counterparties (by their names in `given`), or the account ("account"), that stand on a list of the ruleset, by its id. */
  lists: z.record(ruleId, z.array(z.string().max(70)).max(100)).optional(),
  expect: z.strictObject({
    outcome: z.enum(['cleared', 'held']),
    alert: z.boolean().optional(),
    /** These are among the reasons; shadow rules too, by their ids. */
    reasons: z.array(z.string()).max(50).optional(),
    /** And these are not. */
    without: z.array(z.string()).max(50).optional(),
  }),
});
export type RulesetTest = z.infer<typeof rulesetTest>;

/** A ruleset is an artefact: immutable, versioned, plain JSON; people write it as YAML or JSON. */
export const ruleset = z.strictObject({
  ref: artefactRef,
  title: z.string().min(1).max(120).optional(),
  description: z.string().min(1).max(4_000).optional(),
  /**
   * Where the score comes from. `rules`, which is meant where it is absent: from
   * their weights. `model`: from the scorer alone.
   */
  scoring: z.enum(['rules', 'model']).optional(),
  /** A transaction is held where its score is at least this. */
  holdAt: z.number().gt(0).max(1),
  /** One that isn't held raises an alert where its score is at least this. Absent: none does by its score. */
  alertAt: z.number().gt(0).max(1).optional(),
  /** Numbers that expressions name. */
  constants: z.record(name, z.number()).refine(areFew, tooMany).optional(),
  /** Expressions that others name: put in their place, so none may come round to itself. */
  definitions: z.record(name, expression).refine(areFew, tooMany).optional(),
  lists: z.array(listUse).max(mostLists).optional(),
  rules: z.array(rule).min(1).max(500),
  tests: z.array(rulesetTest).max(500).optional(),
});
export type Ruleset = z.infer<typeof ruleset>;

/** What a rule does where it fires: where it doesn't say, it scores under rules and holds under a model. */
export const actOf = (
  { then }: Pick<Rule, 'then'>,
  { scoring }: Pick<Ruleset, 'scoring'>,
): NonNullable<Rule['then']> => then ?? (scoring === 'model' ? 'hold' : 'score');
