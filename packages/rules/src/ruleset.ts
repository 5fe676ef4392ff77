import { artefactRef, builtInReasons, severity } from '@weir/contracts';
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

/** One rule is one reason. All of its conditions must hold for it to fire. */
export const rule = z.strictObject({
  id: ruleId,
  title: z.string().min(1).max(80),
  severity,
  /** How much it alone would score: a whole number of thousandths above 0 and up to 1. */
  weight: z
    .number()
    .gt(0)
    .max(1)
    .refine(
      (weight) => Math.round(weight * weightSteps) / weightSteps === weight,
      'more than three decimals',
    ),
  /** All of these must hold. */
  when: z.array(condition).min(1).max(10),
  /** Plain words for the person who decides, with features by name in braces: "{amountOverTypical} times as much". */
  explanation: z.string().min(1).max(500),
});
export type Rule = z.infer<typeof rule>;

/** A ruleset is an artefact: immutable, versioned, plain JSON. */
export const ruleset = z.strictObject({
  ref: artefactRef,
  /**
   * Where the score comes from. `rules`, which is meant where it is absent: from
   * their weights. `model`: from the scorer alone; rules are policies then, which
   * hold whatever the score is.
   */
  scoring: z.enum(['rules', 'model']).optional(),
  /** A transaction is held where its score is at least this. */
  holdAt: z.number().gt(0).max(1),
  rules: z.array(rule).min(1).max(100),
});
export type Ruleset = z.infer<typeof ruleset>;
