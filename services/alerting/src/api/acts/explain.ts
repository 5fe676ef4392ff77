import type { ApiCaller } from '@weir/access';
import { explainRoute, type Alert, type RouteExplanation } from '@weir/alerts';
import { formatInstant, type ExplanationAnswer, type SupposedAlert } from '@weir/contracts';
import type { ApiPorts } from '../api-ports.ts';
import { tenantSeenBy } from '../caller.ts';

const mostInhibitors = 1_000;

/** Where an alert goes by the routing in force, and why; of other tenants only a caller who sees them is told. */
export async function explainAlert(
  { store, routing }: Pick<ApiPorts, 'store' | 'routing'>,
  caller: ApiCaller,
  alert: Alert,
  nowMs: number,
): Promise<ExplanationAnswer> {
  const silences = await store.activeSilences(nowMs);
  const open = await store.listAlerts({
    tenant: alert.tenant,
    states: ['new', 'acknowledged', 'investigating', 'snoozed'],
    limit: mostInhibitors,
  });
  const explained = explainRoute({
    routing: routing(),
    alert,
    silences: silences.map(({ silence }) => silence),
    inhibitors: open.filter(({ alertId }) => alertId !== alert.alertId),
    nowMs,
  });
  return answerOf(explained, {
    alertId: alert.alertId === supposedId ? null : alert.alertId,
    seesAll: tenantSeenBy(caller) === undefined,
  });
}

/** Conditions that name whose alerts a route is for: the names of others are for nobody else to see. */
const namingOthers: ReadonlySet<string> = new Set(['tenants', 'accounts', 'counterparties']);

/** No alert has this id: an id is a hash. */
const supposedId = '0'.repeat(64);

/** The alert that would be, were there one as is supposed. */
export function supposeAlert(supposed: SupposedAlert, nowMs: number): Alert {
  const { tenant, kind, severity, verdict, rules, account = null, amountMinor, currency } = supposed;
  const isUnusual = kind === 'unusual_transactions';
  const amount = isUnusual && amountMinor !== undefined && currency !== undefined ? amountMinor : undefined;
  return {
    alertId: supposedId,
    revision: 1,
    kind,
    tenant,
    account: isUnusual ? account : null,
    episodeKey: 'supposed',
    severity,
    score: 0,
    verdict: isUnusual ? verdict : null,
    rules: [...rules].sort(),
    counterparties: [],
    totals:
      amount === undefined || currency === undefined
        ? []
        : [
            {
              ...{ currency, creditDebitIndicator: 'DBIT', transactions: 1 },
              ...{ amountMinor: amount, largestMinor: amount },
            },
          ],
    transactions: 1,
    held: isUnusual && verdict === 'held' ? 1 : 0,
    released: 0,
    firstEventAtMs: nowMs,
    lastEventAtMs: nowMs,
    openedAtMs: nowMs,
    changedAtMs: nowMs,
    episodeEndedAtMs: null,
    state: 'new',
    snoozedUntilMs: null,
    handledBy: null,
    outcome: null,
    caseId: null,
    code: null,
    first: 'supposed',
    gravest: 'supposed',
    latest: 'supposed',
  };
}

function answerOf(
  { atMs, routes, quietBecause }: RouteExplanation,
  { alertId, seesAll }: { readonly alertId: string | null; readonly seesAll: boolean },
): ExplanationAnswer {
  return {
    alertId,
    at: formatInstant(atMs),
    routes: routes.map(({ routeId, result, failed, told }) => ({
      route: routeId,
      result,
      failed: failed.map((one) =>
        seesAll || !namingOthers.has(one.condition) ? { ...one } : { ...one, wants: 'others' },
      ),
      told:
        told === undefined
          ? null
          : {
              groupBy: told.groupBy,
              group: told.groupKey.replace(supposedId, 'itself'),
              receivers: [...told.receivers],
              firstAt: formatInstant(told.firstAtMs),
              heldBackByQuietHours: told.heldBackByQuietHours,
              next: told.next.map(({ why, atMs: nextAtMs, receivers }) => ({
                why,
                at: formatInstant(nextAtMs),
                receivers: [...receivers],
              })),
              closings: [...told.closings],
            },
    })),
    quietBecause: quietBecause.map(quietAnswer),
  };
}

function quietAnswer(
  quiet: RouteExplanation['quietBecause'][number],
): ExplanationAnswer['quietBecause'][number] {
  const untilMs = 'untilMs' in quiet ? quiet.untilMs : null;
  const by = quiet.why === 'silenced' ? quiet.owner : quiet.why === 'inhibited' ? quiet.byAlertId : null;
  return { why: quiet.why, until: untilMs === null ? null : formatInstant(untilMs), by };
}
