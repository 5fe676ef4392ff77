import { alertActions, withEntry } from '@weir/alerts';
import type { Alert, AlertChange, AlertEntry, AlertState } from '@weir/alerts';
import { parseInstant, systemTenant } from '@weir/contracts';
import type { Alert as AlertRevision } from '@weir/contracts';
import type { AlertDetails } from '../store/alert-details.ts';

/** What is remembered of an alert from one of its revisions to the next. */
export type AlertMemory = { readonly openedAtMs: number; readonly state: AlertState };

/** A revision read back. `details` is undefined where an earlier release wrote it: then its held record says them. */
export type Revived = {
  readonly alert: Alert;
  readonly details: AlertDetails | undefined;
  readonly change: AlertChange | undefined;
  readonly reason: string | undefined;
  readonly episodeEnded: boolean;
};

/**
 * The alert that a revision says. What no revision says, and entries do, is left empty: `completeAlert` adds
 * it. Its episode is closed under a key of its own until then. Pure.
 */
export function reviveAlert(
  revision: AlertRevision,
  changedAtMs: number,
  memory: AlertMemory | undefined,
): Revived {
  const { alertId, severity, change } = revision;
  const state = revision.state ?? 'new';
  const isUnusual = revision.kind === 'unusual_transactions';
  const details = detailsOf(revision);
  const firstEventAtMs = isUnusual ? msOf(revision.firstEventTime, changedAtMs) : changedAtMs;
  const openedAtMs =
    memory?.openedAtMs ?? (change === undefined ? changedAtMs : msOf(change.at, changedAtMs));
  const entryIds = entryIdsOf(revision);
  const first = entryIds[0] ?? '';
  return {
    details,
    reason: change?.reason,
    episodeEnded: state === 'closed' || (revision.episodeEnded ?? true),
    change: changeOf(revision, memory),
    alert: {
      ...{
        alertId,
        revision: revision.revision,
        kind: revision.kind,
        severity,
        state,
        openedAtMs,
        changedAtMs,
      },
      tenant: isUnusual ? revision.tenant : systemTenant,
      account: isUnusual ? revision.accountPseudonym : null,
      episodeKey: `rebuilt ${alertId}`,
      score: isUnusual ? revision.score : 1,
      verdict: isUnusual ? (revision.verdict ?? 'held') : null,
      ...{ rules: [], counterparties: [] },
      totals: isUnusual ? (revision.totals ?? []) : [],
      transactions: revision.entryCount ?? 1,
      held: revision.heldCount ?? (isUnusual && revision.verdict !== 'cleared' ? 1 : 0),
      released: revision.releasedCount ?? 0,
      firstEventAtMs,
      lastEventAtMs: msOf(revision.lastEventTime, firstEventAtMs),
      episodeEndedAtMs: changedAtMs,
      snoozedUntilMs: revision.snoozedUntil === undefined ? null : msOf(revision.snoozedUntil, 0),
      handledBy: revision.handledBy ?? null,
      outcome: revision.outcome ?? null,
      caseId: revision.caseId ?? null,
      code: isUnusual ? null : revision.code,
      ...{ first, gravest: first, latest: entryIds.at(-1) ?? first },
    },
  };
}

/** The ids of a revision's entries, in the order they joined; none where an earlier release wrote it. */
const entryIdsOf = (revision: AlertRevision): readonly string[] =>
  revision.kind === 'unusual_transactions'
    ? (revision.entries ?? []).map(({ identity }) => identity)
    : recordsOf(revision).map(({ topic, partition, offset }) => `${topic}/${partition}/${offset}`);

const recordsOf = ({
  records,
  topic,
  partition,
  offset,
}: Extract<AlertRevision, { kind: 'refused_record' }>) => records ?? [{ topic, partition, offset }];

function detailsOf(revision: AlertRevision): AlertDetails | undefined {
  if (revision.kind === 'refused_record') return { kind: 'refused_record', records: recordsOf(revision) };
  if (revision.entries === undefined) return undefined;
  return {
    kind: 'unusual_transactions',
    transactions: revision.entries.map((entry, index) => ({
      ...entry,
      transactionId: revision.transactionIds[index] ?? '',
    })),
    reasons: revision.reasons,
  };
}

function changeOf(revision: AlertRevision, memory: AlertMemory | undefined): AlertChange | undefined {
  const { alertId, change } = revision;
  const action = alertActions.find((one) => one === change?.action);
  if (change === undefined || action === undefined) return undefined;
  return {
    ...{ alertId, revision: revision.revision, action },
    atMs: msOf(change.at, 0),
    actor: { kind: change.by === 'alerting' ? 'weir' : 'token', name: change.by },
    from: memory?.state ?? 'new',
    to: revision.state ?? 'new',
    entryId: change.entry ?? null,
  };
}

/** The alert with what its entries say of it; what its revision said stays. `entries` in the order they joined. Pure. */
export function completeAlert(alert: Alert, entries: readonly AlertEntry[]): Alert {
  const [first] = entries;
  if (first === undefined) return alert;
  const { severity, score, entryId, eventAtMs } = first;
  const bare: Alert = {
    ...alert,
    ...{ severity, score, verdict: first.verdict, rules: [], counterparties: [], totals: [] },
    ...{ transactions: 0, held: 0, first: entryId, gravest: entryId, latest: entryId },
    ...{ firstEventAtMs: eventAtMs, lastEventAtMs: eventAtMs },
  };
  const { rules, counterparties, gravest, latest } = entries.reduce(withEntry, bare);
  return { ...alert, rules, counterparties, gravest, latest, first: entryId };
}

/** Milliseconds since the epoch; the other where there is no instant. */
export function msOf(instant: string | undefined, otherwise: number): number {
  const parsed = instant === undefined ? undefined : parseInstant(instant);
  return parsed?.ok === true ? parsed.epochMs : otherwise;
}
