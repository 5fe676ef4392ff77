import { artefactRef } from '@weir/contracts';
import type { WindowPlan, WindowSpan } from './types.ts';

/** What is wrong with a window plan, and where: `path` reads like "spans.2.spanMs". */
export type WindowPlanProblem = { readonly path: string; readonly message: string };

export type WindowPlanOutcome =
  | { readonly ok: true; readonly plan: WindowPlan }
  | { readonly ok: false; readonly problems: readonly [WindowPlanProblem, ...WindowPlanProblem[]] };

const minuteMs = 60_000;
const dayMs = 86_400_000;
const longestAllowedMs = 90 * dayMs;

/** Each span is a window to move for every transaction, and its name a part of several features'. */
const mostSpans = 16;
const spanName = /^[A-Za-z0-9]{1,12}$/;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function unknownFields(
  value: Record<string, unknown>,
  known: readonly string[],
  at: string,
): WindowPlanProblem[] {
  return Object.keys(value)
    .filter((field) => !known.includes(field))
    .map((field) => ({ path: `${at}${field}`, message: 'no such field' }));
}

function wholeMs(value: unknown, path: string, minMs: number, maxMs: number): WindowPlanProblem[] {
  const isWithin = Number.isInteger(value) && Number(value) >= minMs && Number(value) <= maxMs;
  return isWithin ? [] : [{ path, message: `not a whole number of milliseconds from ${minMs} to ${maxMs}` }];
}

function problemsOfSpan(span: unknown, index: number, spans: readonly unknown[]): WindowPlanProblem[] {
  const at = `spans.${index}`;
  if (!isObject(span)) return [{ path: at, message: 'not a name and a spanMs' }];
  const before = spans.slice(0, index).filter(isObject);
  const problems = [
    ...unknownFields(span, ['name', 'spanMs'], `${at}.`),
    ...wholeMs(span['spanMs'], `${at}.spanMs`, minuteMs, longestAllowedMs),
  ];
  if (typeof span['name'] !== 'string' || !spanName.test(span['name']))
    problems.push({ path: `${at}.name`, message: 'not 1 to 12 letters and digits' });
  else if (before.some((other) => other['name'] === span['name']))
    problems.push({ path: `${at}.name`, message: 'the name of an earlier span' });
  if (before.some((other) => Number(other['spanMs']) >= Number(span['spanMs'])))
    problems.push({ path: `${at}.spanMs`, message: 'not longer than every span before it' });
  return problems;
}

function problemsOfSpans(spans: unknown): WindowPlanProblem[] {
  if (!Array.isArray(spans) || spans.length === 0 || spans.length > mostSpans)
    return [{ path: 'spans', message: `not a list of 1 to ${mostSpans} spans` }];
  return spans.flatMap(problemsOfSpan);
}

/**
 * Reads a window plan from parsed JSON: the body of its artefact. Spans are
 * between a minute and 90 days, in ascending order, each under a name of its
 * own; a record is visible for the longest of them and the allowed lateness,
 * which is 90 days at most too. Never throws; names every field that is wrong,
 * never its value.
 */
export function readWindowPlan(body: unknown): WindowPlanOutcome {
  if (!isObject(body)) return { ok: false, problems: [{ path: '', message: 'not a window plan' }] };
  const { ref, spans, allowedLatenessMs, futureToleranceMs } = body;
  const [first, ...others] = [
    ...unknownFields(body, ['ref', 'spans', 'allowedLatenessMs', 'futureToleranceMs'], ''),
    ...(artefactRef.safeParse(ref).success ? [] : [{ path: 'ref', message: 'not a version written name@1' }]),
    ...problemsOfSpans(spans),
    ...wholeMs(allowedLatenessMs, 'allowedLatenessMs', 0, longestAllowedMs),
    ...wholeMs(futureToleranceMs, 'futureToleranceMs', 0, dayMs),
  ];
  if (first !== undefined) return { ok: false, problems: [first, ...others] };
  const [shortest, ...longer] = (spans as WindowSpan[]).map(({ name, spanMs }) => ({ name, spanMs }));
  return {
    ok: true,
    plan: {
      ref: String(ref),
      spans: [shortest as WindowSpan, ...longer],
      allowedLatenessMs: Number(allowedLatenessMs),
      futureToleranceMs: Number(futureToleranceMs),
    },
  };
}
