import { WeirError } from '@weir/contracts';
import type { z } from 'zod';
import { type FieldSummary, summariseField } from './field-traits.ts';
import { rememberSecrets } from './redact-config.ts';

/** A nested JSON variable can fail in many places; past this many the rest is only counted. */
const mostReportedProblems = 50;

type Summaries = ReadonlyMap<string, FieldSummary>;

/**
 * Parses the environment by a service's schema, once, at start. Variables that
 * the schema doesn't name are ignored; an empty one counts as unset. `secrets`
 * names the secret variables beside those built with secretText() and
 * secretFile().
 *
 * Throws WeirError config_invalid with every problem at once: the variable's
 * name and what is expected, never a secret's value. Throws TypeError where
 * the schema itself breaks the naming rules, which is a bug.
 */
export function loadConfig<Schema extends z.ZodObject>(
  schema: Schema,
  env: Readonly<Record<string, string | undefined>>,
  options: { readonly secrets: readonly (keyof Schema['shape'] & string)[] },
): Readonly<z.output<Schema>> {
  const summaries: Summaries = new Map(
    Object.entries(schema.shape).map(([variable, field]) => [
      variable,
      summariseField(field as z.core.$ZodType),
    ]),
  );
  for (const [variable, summary] of summaries) assertVariableName(variable, summary);
  const secrets = secretVariables(summaries, options.secrets);

  const given = new Map<string, string>();
  for (const variable of summaries.keys()) {
    const text = env[variable];
    if (text !== undefined && text !== '') given.set(variable, text);
  }

  const parsed = schema.safeParse(Object.fromEntries(given));
  if (!parsed.success) {
    const secretValues = [...secrets].flatMap((variable) => given.get(variable) ?? []);
    const problems = parsed.error.issues.map((issue) =>
      withoutSecrets(describeIssue(issue, { summaries, secrets, given }), secretValues),
    );
    throw new WeirError('config_invalid', problemList([...new Set(problems)]));
  }
  return rememberSecrets(Object.freeze(parsed.data), secrets);
}

/** ENV_CASE, with the unit last: a reader of a manifest has to see what 30 means. */
function assertVariableName(variable: string, summary: FieldSummary): void {
  if (!/^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/.test(variable)) {
    throw new TypeError(`The configuration variable ${variable} is not written in ENV_CASE.`);
  }
  if (summary.unit !== undefined && !variable.endsWith(`_${summary.unit}`)) {
    throw new TypeError(`The configuration variable ${variable} has to end in _${summary.unit}.`);
  }
}

function secretVariables(summaries: Summaries, named: readonly string[]): ReadonlySet<string> {
  for (const variable of named) {
    if (!summaries.has(variable)) throw new TypeError(`The secret ${variable} is not in the schema.`);
  }
  const marked = [...summaries]
    .filter(([, summary]) => summary.secret === true)
    .map(([variable]) => variable);
  return new Set([...marked, ...named]);
}

function describeIssue(
  issue: z.core.$ZodIssue,
  context: { summaries: Summaries; secrets: ReadonlySet<string>; given: ReadonlyMap<string, string> },
): string {
  const [first, ...rest] = issue.path.map(String);
  const summary = first === undefined ? undefined : context.summaries.get(first);
  if (first === undefined || summary === undefined) return issue.message;
  // A rule over several variables reports on one that may well be unset.
  if (issue.code !== 'custom' && !context.given.has(first))
    return `${first}: is not set; expected ${summary.expected}`;
  // Deeper paths and foreign messages can be made of the value itself.
  if (context.secrets.has(first) && issue.code !== 'custom') return `${first}: expected ${summary.expected}`;
  const path = context.secrets.has(first) ? first : [first, ...rest].join('.');
  return `${path}: ${issue.message}`;
}

/** The last line of defence: a hand-written message in some schema may quote what it was given. */
function withoutSecrets(problem: string, secretValues: readonly string[]): string {
  return secretValues.reduce((text, value) => text.replaceAll(value, '[secret]'), problem);
}

function problemList(problems: readonly string[]): string {
  const shown = problems.slice(0, mostReportedProblems);
  const unshown = problems.length - shown.length;
  const tail = unshown > 0 ? `; and ${unshown} more` : '';
  return `The configuration is invalid. ${shown.join('; ')}${tail}`;
}
