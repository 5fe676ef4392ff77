import type { Alert, Silence } from '../model.ts';
import { condition } from '../routing/document.ts';
import type { Condition, Inhibition, Routing } from '../routing/document.ts';
import { matches } from '../routing/match.ts';
import { isGraver } from '../severity.ts';

/** Why nothing is told of an alert for now. */
export type Quiet =
  | { readonly why: 'snoozed' | 'closed'; readonly untilMs: number | null }
  | {
      readonly why: 'silenced';
      readonly silenceId: string;
      readonly owner: string;
      readonly untilMs: number;
    }
  /** By another alert, under the rule of this number in the document. */
  | { readonly why: 'inhibited'; readonly byAlertId: string; readonly rule: number };

export type QuietContext = {
  readonly routing: Routing;
  readonly silences: readonly Silence[];
  readonly inhibitors: readonly Alert[];
  readonly nowMs: number;
};

type FindQuiet = (alert: Alert) => readonly Quiet[];

const known = new WeakMap<readonly Alert[], { readonly context: QuietContext; readonly find: FindQuiet }>();

/**
 * Finds everything that keeps alerts quiet now. The groups of a round are planned one by one with the same
 * context, and there may be thousands of open alerts: what is found of these is found once.
 */
export function quietFinder(context: QuietContext): FindQuiet {
  const { routing, silences, inhibitors, nowMs } = context;
  const last = known.get(inhibitors);
  if (last?.context.routing === routing && last.context.silences === silences && last.context.nowMs === nowMs)
    return last.find;
  const find = createQuietFinder({ routing, silences, inhibitors, nowMs });
  known.set(inhibitors, { context: { routing, silences, inhibitors, nowMs }, find });
  return find;
}

function createQuietFinder({ routing, silences, inhibitors, nowMs }: QuietContext): FindQuiet {
  const context = { routing, nowMs };
  const inForce = silences.flatMap((silence) => {
    const match = silencedBy(silence, nowMs);
    return match === undefined ? [] : [{ silence, match }];
  });
  const silencesOf = (alert: Alert): readonly Silence[] =>
    inForce.filter(({ match }) => matches(match, alert, context)).map(({ silence }) => silence);
  const found = new Map<number, readonly Alert[]>();
  /** Looked for once a target is there: there may be thousands of open alerts. */
  const sourcesOf = (rule: number): readonly Alert[] => {
    const source = routing.inhibit[rule]?.source;
    const known = found.get(rule);
    if (known !== undefined) return known;
    const sources = inhibitors.filter(
      (other) => isOpen(other) && matches(source, other, context) && silencesOf(other).length === 0,
    );
    found.set(rule, sources);
    return sources;
  };

  const inhibitionsOf = (alert: Alert): readonly Quiet[] =>
    routing.inhibit.flatMap(({ target, equal }, rule) => {
      if (!matches(target, alert, context)) return [];
      const by = sourcesOf(rule).find(
        (source) => comesBefore(source, alert) && equal.every((field) => isEqual[field](source, alert)),
      );
      return by === undefined ? [] : [{ why: 'inhibited', byAlertId: by.alertId, rule }];
    });

  return (alert: Alert): readonly Quiet[] => [
    ...(alert.state === 'closed' || alert.state === 'snoozed'
      ? [{ why: alert.state, untilMs: alert.snoozedUntilMs }]
      : []),
    ...silencesOf(alert).map(
      ({ silenceId, owner, endsAtMs }) => ({ why: 'silenced', silenceId, owner, untilMs: endsAtMs }) as const,
    ),
    ...inhibitionsOf(alert),
  ];
}

/** What a silence keeps quiet now; nothing where it is over, or what it says can't be read: then people are told. */
function silencedBy({ match, startsAtMs, endsAtMs, endedBy }: Silence, nowMs: number): Condition | undefined {
  if (endedBy !== null || nowMs < startsAtMs || nowMs >= endsAtMs) return undefined;
  const read = condition.safeParse(match);
  return read.success ? read.data : undefined;
}

/** While its episode lasts and somebody is told of it: an alert that nobody looks at keeps others quiet no longer. */
const isOpen = ({ state, episodeEndedAtMs }: Alert): boolean =>
  state !== 'closed' && state !== 'snoozed' && episodeEndedAtMs === null;

/**
 * Graver, or as grave and older. Only such a one keeps another quiet, so that of several
 * that would keep each other quiet there is always one that speaks.
 */
const comesBefore = (one: Alert, other: Alert): boolean =>
  isGraver(one.severity, other.severity) ||
  (one.severity === other.severity &&
    (one.openedAtMs < other.openedAtMs ||
      (one.openedAtMs === other.openedAtMs && one.alertId < other.alertId)));

const isEqual: {
  readonly [Field in Inhibition['equal'][number]]: (one: Alert, other: Alert) => boolean;
} = {
  account: (one, other) =>
    one.account !== null && one.account === other.account && one.tenant === other.tenant,
  counterparty: (one, other) =>
    one.tenant === other.tenant && one.counterparties.some((name) => other.counterparties.includes(name)),
  tenant: (one, other) => one.tenant === other.tenant,
  case: (one, other) => one.caseId !== null && one.caseId === other.caseId,
};
