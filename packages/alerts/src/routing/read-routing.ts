import { checkCondition, checkRoutes, repeatedIds } from './check-routes.ts';
import { checkReceivers } from './check-receivers.ts';
import { checkSchedules } from './check-schedules.ts';
import { isCatchAll } from './covers.ts';
import { condition, routingDocument } from './document.ts';
import type { Condition, Routing } from './document.ts';
import type { RoutingProblem } from './problem.ts';
import { shapeProblems } from './shape-problems.ts';

type Problems = readonly [RoutingProblem, ...RoutingProblem[]];

export type RoutingOutcome =
  { readonly ok: true; readonly routing: Routing } | { readonly ok: false; readonly problems: Problems };

/** Checks a routing document, read from YAML or JSON. Never throws; says everything that is wrong, at most 50 things. */
export function readRouting(body: unknown): RoutingOutcome {
  const read = routingDocument.safeParse(body);
  if (!read.success) return { ok: false, problems: someOf(shapeProblems(read.error.issues)) };
  const routing = read.data;
  const problems = [
    ...repeatedIds('receivers', routing.receivers),
    ...checkReceivers(routing),
    ...checkRoutes(routing),
    ...checkSchedules(routing),
  ];
  return problems.length === 0 ? { ok: true, routing } : { ok: false, problems: someOf(problems) };
}

export type MatchOutcome =
  { readonly ok: true; readonly match: Condition } | { readonly ok: false; readonly problems: Problems };

/** Checks the conditions of a silence, under the routing in force. Never throws. */
export function readMatch(
  body: unknown,
  routing: Pick<Routing, 'accountGroups' | 'schedules'>,
): MatchOutcome {
  const read = condition.safeParse(body);
  if (!read.success) return { ok: false, problems: someOf(shapeProblems(read.error.issues)) };
  if (isCatchAll(read.data))
    return {
      ok: false,
      problems: [{ path: '', message: 'say what shall be kept quiet: this is every alert' }],
    };
  const problems = checkCondition(read.data, '', routing);
  return problems.length === 0
    ? { ok: true, match: read.data }
    : {
        ok: false,
        problems: someOf(problems.map(({ path, message }) => ({ path: path.replace(/^\./, ''), message }))),
      };
}

const mostProblems = 50;

function someOf(problems: readonly RoutingProblem[]): Problems {
  const [first, ...others] = problems.slice(0, mostProblems);
  if (first === undefined) throw new TypeError('nothing is wrong with it');
  return [first, ...others];
}
