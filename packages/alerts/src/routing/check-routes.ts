import type { Condition, Route, Routing } from './document.ts';
import { covers, impossibility, isCatchAll } from './covers.ts';
import type { RoutingProblem } from './problem.ts';

/** What is wrong with routes and inhibitions beyond their shape. */
export function checkRoutes(routing: Routing): readonly RoutingProblem[] {
  const { routes, inhibit } = routing;
  return [
    ...repeatedIds('routes', routes),
    ...routes.flatMap((route, index) => checkRoute(route, `routes.${index}`, routing)),
    ...unreachable(routes),
    ...toldTwice(routes),
    ...missingCatchAll(routes),
    ...inhibit.flatMap(({ source, target }, index) => [
      ...checkCondition(source, `inhibit.${index}.source`, routing),
      ...checkCondition(target, `inhibit.${index}.target`, routing),
    ]),
  ];
}

/** Of receivers and of routes each has an id of its own. */
export const repeatedIds = (
  path: string,
  named: readonly { readonly id: string }[],
): readonly RoutingProblem[] =>
  named.flatMap(({ id }, index) =>
    named.findIndex((other) => other.id === id) === index
      ? []
      : [{ path: `${path}.${index}.id`, message: `${id} stands here already` }],
  );

function checkRoute(route: Route, path: string, routing: Routing): readonly RoutingProblem[] {
  const { match, to, escalate = [], quietHours } = route;
  return [
    ...(match === undefined ? [] : checkCondition(match, `${path}.match`, routing)),
    ...checkReceivers(to, `${path}.to`, routing),
    ...escalate.flatMap((step, index) => checkReceivers(step.to, `${path}.escalate.${index}.to`, routing)),
    ...escalate.flatMap(({ afterMinutes }, index) =>
      index > 0 && afterMinutes <= (escalate[index - 1]?.afterMinutes ?? 0)
        ? [{ path: `${path}.escalate.${index}.afterMinutes`, message: 'later than the step before it' }]
        : [],
    ),
    ...(quietHours === undefined || Object.hasOwn(routing.schedules, quietHours.schedule)
      ? []
      : [unknown(`${path}.quietHours.schedule`, 'schedule', quietHours.schedule)]),
    ...checkTimes(route, path),
  ];
}

function checkTimes({ repeat, digest, ...route }: Route, path: string): readonly RoutingProblem[] {
  const besides = (['waitSeconds', 'updateMinutes', 'escalate', 'quietHours'] as const).filter(
    (field) => route[field] !== undefined,
  );
  const needless = [...besides, ...(repeat === undefined ? [] : ['repeat'])];
  return [
    ...(repeat !== undefined && repeat.mostMinutes < repeat.afterMinutes
      ? [{ path: `${path}.repeat.mostMinutes`, message: 'at least afterMinutes' }]
      : []),
    ...(digest === undefined
      ? []
      : needless.map((field) => ({
          path: `${path}.${field}`,
          message: 'a digest comes at its own times: leave it out',
        }))),
  ];
}

const unknown = (path: string, what: string, name: string): RoutingProblem => ({
  path,
  message: `no ${what} is named ${name}`,
});

const checkReceivers = (
  names: readonly string[],
  path: string,
  { receivers }: Routing,
): readonly RoutingProblem[] =>
  names.flatMap((name, index) => {
    if (names.indexOf(name) !== index)
      return [{ path: `${path}.${index}`, message: `${name} stands here already` }];
    return receivers.some(({ id }) => id === name) ? [] : [unknown(`${path}.${index}`, 'receiver', name)];
  });

/** What is wrong with a condition: names that there aren't, and what no alert can be. */
export function checkCondition(
  condition: Condition,
  path: string,
  { accountGroups, schedules }: Pick<Routing, 'accountGroups' | 'schedules'>,
): readonly RoutingProblem[] {
  const { during, accountGroups: groups = [] } = condition;
  const impossible = impossibility(condition);
  return [
    ...groups.flatMap((name, index) =>
      Object.hasOwn(accountGroups, name)
        ? []
        : [unknown(`${path}.accountGroups.${index}`, 'account group', name)],
    ),
    ...(during === undefined || Object.hasOwn(schedules, during)
      ? []
      : [unknown(`${path}.during`, 'schedule', during)]),
    ...(impossible === undefined ? [] : [{ path, message: `no alert is like this: ${impossible}` }]),
  ];
}

const unreachable = (routes: readonly Route[]): readonly RoutingProblem[] =>
  routes.flatMap((route, index) => {
    const before = routes
      .slice(0, index)
      .find((earlier) => !earlier.continue && covers(earlier.match ?? {}, route.match ?? {}));
    return before === undefined
      ? []
      : [{ path: `routes.${index}`, message: `never reached: ${before.id} takes all of it before` }];
  });

/** One alert would be told to one receiver by two routes, each unaware of the other. */
const toldTwice = (routes: readonly Route[]): readonly RoutingProblem[] =>
  routes.flatMap((route, index) => {
    const before = routes.slice(0, index).filter((earlier) => earlier.continue);
    return before.flatMap((earlier) => {
      const shared = receiversOf(route).find((name) => receiversOf(earlier).includes(name));
      if (shared === undefined) return [];
      const message = `${earlier.id} continues, so that ${shared} could be told twice: name it in one of the two`;
      return [{ path: `routes.${index}`, message }];
    });
  });

/** All that a route may ever tell. */
export const receiversOf = ({ to, escalate = [] }: Pick<Route, 'to' | 'escalate'>): readonly string[] => [
  ...new Set([...to, ...escalate.flatMap((step) => step.to)]),
];

function missingCatchAll(routes: readonly Route[]): readonly RoutingProblem[] {
  const last = routes.at(-1);
  if (last !== undefined && isCatchAll(last.match)) return [];
  const message = 'the last route takes what no other does: leave out its match, so that no alert is lost';
  return [{ path: `routes.${routes.length - 1}`, message }];
}
