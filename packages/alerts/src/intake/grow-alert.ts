import { parseInstant } from '@weir/contracts';
import type { RejectionCode } from '@weir/contracts';
import { refusedAlertId, unusualAlertId } from '../alert-ids.ts';
import type { Alert, AlertEntry, AlertTotal } from '../model.ts';
import { graverOf, isGraver } from '../severity.ts';
import { entryIdOf, tenantOf } from './facts.ts';
import type { Facts, TransactionFacts } from './facts.ts';

const mostNames = 50;
const mostTotals = 20;

/** What only somebody who writes to a topic or changes its records can have caused; the rest may be an accident. */
const deliberate: ReadonlySet<RejectionCode> = new Set<RejectionCode>([
  'not_sealed',
  'key_not_allowed',
  'wrapped_key_invalid',
  'commitment_mismatch',
  'authentication_failed',
]);

/** When it happened; of a refused record when its dead letter was written. Throws RangeError where that is no instant. */
export function eventAtMsOf(facts: Facts): number {
  if (facts.kind === 'transaction') return facts.eventAtMs;
  const instant = parseInstant(facts.time);
  if (!instant.ok) throw new RangeError('the time of a refused record is no instant');
  return instant.epochMs;
}

/** The entry of an alert that a finding becomes. */
export function entryOf(facts: Facts, alertId: string, ordinal: number): AlertEntry {
  const place = { alertId, ordinal, entryId: entryIdOf(facts), tenant: tenantOf(facts) };
  if (facts.kind === 'refused')
    return {
      ...place,
      eventAtMs: eventAtMsOf(facts),
      severity: deliberate.has(facts.code) ? 'critical' : 'high',
      score: 1,
      rules: [],
      verdict: null,
      amountMinor: null,
      currency: null,
      creditDebitIndicator: null,
      counterparty: null,
      source: null,
      kept: facts.kept,
      release: 'none',
    };
  const { eventAtMs, severity, score, rules, verdict, counterparty, source, kept } = facts;
  const { amountMinor, currency, creditDebitIndicator } = facts;
  return {
    ...{ ...place, eventAtMs, severity, score, rules, verdict },
    ...{ amountMinor, currency, creditDebitIndicator, counterparty, source, kept, release: 'none' },
  };
}

const alertIdOf = (facts: Facts): string =>
  facts.kind === 'transaction'
    ? unusualAlertId(facts)
    : refusedAlertId({ ...facts.origin, environment: facts.environment, time: facts.time });

/** The alert that a finding begins, at revision 1. */
export function openAlert(facts: Facts, episodeKey: string, nowMs: number): Alert {
  const alertId = alertIdOf(facts);
  const entry = entryOf(facts, alertId, 0);
  const { entryId, eventAtMs, tenant } = entry;
  const empty: Alert = {
    ...{ alertId, revision: 1, tenant, episodeKey },
    kind: facts.kind === 'transaction' ? 'unusual_transactions' : 'refused_record',
    account: facts.kind === 'transaction' ? facts.account : null,
    ...{ severity: entry.severity, score: entry.score, verdict: entry.verdict },
    ...{ rules: [], counterparties: [], totals: [], transactions: 0, held: 0, released: 0 },
    ...{ firstEventAtMs: eventAtMs, lastEventAtMs: eventAtMs, openedAtMs: nowMs, changedAtMs: nowMs },
    ...{ episodeEndedAtMs: null, state: 'new', snoozedUntilMs: null, handledBy: null, outcome: null },
    ...{ caseId: null, code: facts.kind === 'refused' ? facts.code : null },
    ...{ first: entryId, gravest: entryId, latest: entryId },
  };
  return withEntry(empty, entry);
}

/** The alert with one more entry, in the same revision. */
export function withEntry(alert: Alert, entry: AlertEntry): Alert {
  const isGravest =
    isGraver(entry.severity, alert.severity) ||
    (entry.severity === alert.severity && entry.score > alert.score);
  return {
    ...alert,
    severity: graverOf(alert.severity, entry.severity),
    score: Math.max(alert.score, entry.score),
    verdict: alert.verdict === 'held' ? 'held' : entry.verdict,
    rules: withNames(alert.rules, entry.rules),
    counterparties: withNames(alert.counterparties, entry.counterparty === null ? [] : [entry.counterparty]),
    totals: withTotal(alert.totals, entry),
    transactions: alert.transactions + 1,
    held: alert.held + (entry.verdict === 'held' ? 1 : 0),
    firstEventAtMs: Math.min(alert.firstEventAtMs, entry.eventAtMs),
    lastEventAtMs: Math.max(alert.lastEventAtMs, entry.eventAtMs),
    // Graver than all before, so that nothing but the alert is needed to tell.
    gravest: isGravest ? entry.entryId : alert.gravest,
    latest: entry.eventAtMs >= alert.lastEventAtMs ? entry.entryId : alert.latest,
  };
}

/** Those there were and the new ones, sorted. What is over the bound is left out, in the order it came. */
function withNames(names: readonly string[], added: readonly string[]): readonly string[] {
  const fresh = added.filter((name) => !names.includes(name)).slice(0, Math.max(0, mostNames - names.length));
  return fresh.length === 0 ? names : [...names, ...fresh].sort();
}

type Amount = Pick<TransactionFacts, 'amountMinor' | 'currency' | 'creditDebitIndicator'>;

function amountOf({ amountMinor, currency, creditDebitIndicator }: AlertEntry): Amount | undefined {
  if (amountMinor === null || currency === null || creditDebitIndicator === null) return undefined;
  return { amountMinor, currency, creditDebitIndicator };
}

function withTotal(totals: readonly AlertTotal[], entry: AlertEntry): readonly AlertTotal[] {
  const amount = amountOf(entry);
  if (amount === undefined) return totals;
  const { amountMinor, currency, creditDebitIndicator } = amount;
  const isSame = (total: AlertTotal): boolean =>
    total.currency === currency && total.creditDebitIndicator === creditDebitIndicator;
  const before = totals.find(isSame);
  if (before === undefined && totals.length >= mostTotals) return totals;
  const total: AlertTotal = {
    ...{ currency, creditDebitIndicator },
    transactions: (before?.transactions ?? 0) + 1,
    // Amounts are at most 10^15 and entries at most 500: the sum is cut where a double would no longer be exact.
    amountMinor: Math.min(Number.MAX_SAFE_INTEGER, (before?.amountMinor ?? 0) + amountMinor),
    largestMinor: Math.max(before?.largestMinor ?? 0, amountMinor),
  };
  const nameOf = (one: AlertTotal): string => `${one.currency} ${one.creditDebitIndicator}`;
  return [...totals.filter((one) => !isSame(one)), total].sort((one, other) =>
    nameOf(one) < nameOf(other) ? -1 : 1,
  );
}
