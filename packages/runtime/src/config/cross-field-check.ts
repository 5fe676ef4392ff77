import { z } from 'zod';

/** What a cross-field rule found: the variable to change, and what is wrong with it. Never a value. */
export type FieldProblem = { readonly variable: string; readonly message: string };

/** The configuration a cross-field rule looks at. Fields that failed on their own may still be unparsed text. */
export type GivenFields = {
  readonly has: (variable: string) => boolean;
  readonly value: (variable: string) => unknown;
  /** One problem for each missing variable where only some of these are set. */
  readonly together: (...variables: readonly string[]) => readonly FieldProblem[];
};

/**
 * A rule over several variables, for `.check(...)` on a service's schema. It
 * runs even where single fields have failed, so that all errors show at once.
 */
export function crossFieldCheck(
  rule: (given: GivenFields) => readonly FieldProblem[],
): z.core.$ZodCheck<object> {
  const check = z.check<object>((context) => {
    for (const problem of rule(givenFields(context.value))) {
      context.issues.push({
        code: 'custom',
        path: [problem.variable],
        message: problem.message,
        input: undefined,
      });
    }
  });
  // By default zod skips an object's checks as soon as one of its fields has failed.
  check._zod.def.when = (payload) => typeof payload.value === 'object' && payload.value !== null;
  return check;
}

function givenFields(config: object): GivenFields {
  const values = new Map<string, unknown>(Object.entries(config));
  const has = (variable: string): boolean => values.get(variable) !== undefined;
  return {
    has,
    value: (variable) => values.get(variable),
    together: (...variables) => {
      const present = variables.filter(has);
      if (present.length === 0) return [];
      return variables
        .filter((variable) => !has(variable))
        .map((variable) => ({ variable, message: `is needed where ${present.join(' and ')} is set` }));
    },
  };
}
