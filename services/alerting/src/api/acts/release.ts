import type { ApiCaller } from '@weir/access';
import type { Alert, AlertAction, AlertChange, AlertEntry } from '@weir/alerts';
import type { ReleaseRequest } from '@weir/alert-store';
import { encodePayload, events, formatInstant, mostAlertEntries, streams } from '@weir/contracts';
import { releaseInDetails, type AlertDetails } from '../../store/alert-details.ts';
import type { OutgoingEvent } from '../../store/outbox-records.ts';
import type { AloneUpTo } from '../api-fields.ts';
import type { ApiPorts } from '../api-ports.ts';
import { refused } from '../api-refused.ts';
import { auditOf, recordAct } from '../audit-act.ts';
import { actorOf } from '../caller.ts';
import { changeAlert, type Change, type Decision } from '../change-alert.ts';

/** What became of the transactions that were named, by their pseudonyms. */
export type Released = {
  readonly requested: readonly string[];
  readonly approved: readonly string[];
  readonly unchanged: readonly string[];
};

type Wish = { readonly transactions?: readonly string[] | undefined; readonly reason?: string | undefined };

/** An entry that was held, and the place of it in the log. */
type HeldEntry = AlertEntry & { readonly source: NonNullable<AlertEntry['source']> };

/**
 * Asks for held transactions of an alert to be let go. What one person may let go alone goes at once;
 * everything else waits for a second token. Asking twice changes nothing.
 */
export const requestRelease = (
  ports: ApiPorts,
  caller: ApiCaller,
  id: string,
  wish: Wish,
): Promise<Change<Released>> =>
  changeAlert(ports, caller, id, async (found, nowMs) => {
    const entries = await entriesOf(ports, found.alert);
    const meant = meantEntries(entries, wish.transactions);
    if ('kind' in meant) return meant;
    const waiting = meant.filter(({ release }) => release === 'none');
    const asked = await ports.store.releaseRequestsOf(found.alert.alertId);
    const isAloneEnough = aloneEnough(ports.aloneUpTo, { entries, waiting, asked });
    const requests = waiting.map((entry): ReleaseRequest => ({
      entryId: entry.entryId,
      alertId: found.alert.alertId,
      requestedBy: caller.token.name,
      requestedAtMs: nowMs,
      approvedBy: null,
      approvedAtMs: isAloneEnough(entry) ? nowMs : null,
    }));
    return released(ports, caller, { ...found, meant, requests, reason: wish.reason }, nowMs);
  });

/**
 * Approves releases that somebody else has asked for: they go to detection, each exactly once. Approving
 * twice changes nothing. Who asked for one can't approve it, which is recorded.
 */
export async function approveRelease(
  ports: ApiPorts,
  caller: ApiCaller,
  id: string,
  wish: Wish,
): Promise<Change<Released>> {
  let alertId = id;
  const change = await changeAlert<Released>(ports, caller, id, async (found, nowMs) => {
    alertId = found.alert.alertId;
    const meant = meantEntries(await entriesOf(ports, found.alert), wish.transactions);
    if ('kind' in meant) return meant;
    const asked = new Map(
      (await ports.store.releaseRequestsOf(found.alert.alertId)).map((one) => [one.entryId, one]),
    );
    // Where none is named, those are meant that somebody asked for.
    const wanted =
      wish.transactions === undefined ? meant.filter(({ entryId }) => asked.has(entryId)) : meant;
    if (wanted.length === 0 || wanted.some(({ entryId }) => !asked.has(entryId)))
      return refused('release_not_requested');
    const open = wanted.flatMap(({ entryId }) => {
      const request = asked.get(entryId);
      return request === undefined || request.approvedAtMs !== null ? [] : [request];
    });
    if (open.some(({ requestedBy }) => requestedBy === caller.token.name))
      return refused('requester_is_approver', `${caller.token.name} asked for it.`);
    const requests = open.map((one) => ({ ...one, approvedBy: caller.token.name, approvedAtMs: nowMs }));
    return released(ports, caller, { ...found, meant: wanted, requests, reason: wish.reason }, nowMs);
  });
  if (change.kind === 'refused' && change.code === 'requester_is_approver') {
    const subject = { kind: 'alert', id: alertId } as const;
    const details = { reason: change.code };
    const act = { action: 'release_approved', subject, result: 'refused', details } as const;
    await recordAct(ports, auditOf(ports, caller, act, ports.nowMs()));
  }
  return change;
}

async function entriesOf(
  { store }: Pick<ApiPorts, 'store'>,
  { alertId }: Alert,
): Promise<readonly AlertEntry[]> {
  return (await store.entriesOf(alertId, 0, mostAlertEntries)).map(({ entry }) => entry);
}

/** The held entries that a wish is about; all of the alert where it names none. */
function meantEntries(
  entries: readonly AlertEntry[],
  named: readonly string[] | undefined,
): readonly HeldEntry[] | ReturnType<typeof refused> {
  const held = entries.flatMap((entry) =>
    entry.verdict === 'held' && entry.source !== null ? [{ ...entry, source: entry.source }] : [],
  );
  if (named === undefined) return held.length === 0 ? refused('nothing_held') : held;
  const wanted = new Set(named);
  const found = held.filter(({ entryId }) => wanted.has(entryId));
  if (found.length === wanted.size) return found;
  const known = new Set(entries.map(({ entryId }) => entryId));
  return refused([...wanted].every((entryId) => known.has(entryId)) ? 'nothing_held' : 'transaction_unknown');
}

/**
 * Which of those that wait one person may let go. Small amounts add up: what an act lets go of a currency,
 * with what one person alone let go of the alert before, has to stay within the limit, or none of it goes
 * alone. An amount whose currency has no limit, and one that isn't known, is never small enough.
 */
function aloneEnough(
  aloneUpTo: AloneUpTo,
  alert: {
    readonly entries: readonly AlertEntry[];
    readonly waiting: readonly AlertEntry[];
    readonly asked: readonly ReleaseRequest[];
  },
): (entry: AlertEntry) => boolean {
  const alone = new Set([
    ...alert.waiting.map(({ entryId }) => entryId),
    ...alert.asked
      .filter(({ approvedBy, approvedAtMs }) => approvedBy === null && approvedAtMs !== null)
      .map(({ entryId }) => entryId),
  ]);
  const sums = new Map<string | null, number>();
  for (const { entryId, currency, amountMinor } of alert.entries)
    if (alone.has(entryId)) sums.set(currency, (sums.get(currency) ?? 0) + (amountMinor ?? Infinity));
  return ({ currency }) => {
    const limit = currency === null ? undefined : aloneUpTo[currency];
    return limit !== undefined && (sums.get(currency) ?? Infinity) <= limit;
  };
}

type Releasing = {
  readonly alert: Alert;
  readonly details: AlertDetails;
  readonly meant: readonly HeldEntry[];
  /** As they stand after the act; of entries that it changes. */
  readonly requests: readonly ReleaseRequest[];
  readonly reason: string | undefined;
};

function released(
  ports: ApiPorts,
  caller: ApiCaller,
  { alert, details, meant, requests, reason }: Releasing,
  nowMs: number,
): Decision<Released> {
  const requestOf = new Map(requests.map((one) => [one.entryId, one]));
  const isRequested = ({ entryId }: HeldEntry): boolean => requestOf.get(entryId)?.approvedAtMs === null;
  const isApproved = ({ entryId }: HeldEntry): boolean =>
    requestOf.has(entryId) && requestOf.get(entryId)?.approvedAtMs !== null;
  const [requested, approved] = [meant.filter(isRequested), meant.filter(isApproved)];
  const idsOf = (entries: readonly HeldEntry[]): string[] => entries.map(({ entryId }) => entryId);
  const answer = {
    requested: idsOf(requested),
    approved: idsOf(approved),
    unchanged: idsOf(meant.filter(({ entryId }) => !requestOf.has(entryId))),
  };
  if (requests.length === 0) return { kind: 'unchanged', answer };
  // Somebody has said meanwhile that it is a fraud, and reported it.
  if (alert.state === 'closed' && alert.outcome === 'true_positive')
    return refused('alert_closed', 'It was closed as a true positive.');

  const steps = [
    ...(requested.length === 0 ? [] : [{ action: 'release_requested', entries: requested } as const]),
    ...(approved.length === 0 ? [] : [{ action: 'release_approved', entries: approved } as const]),
  ];
  const revisions: { alert: Alert; change: AlertChange }[] = [];
  for (const { action, entries } of steps) {
    const before = revisions.at(-1)?.alert ?? alert;
    revisions.push(revised(before, action, entries, caller, nowMs));
  }
  const steppedTo = (entryId: string) => (answer.approved.includes(entryId) ? 'approved' : 'requested');
  return {
    kind: 'changed',
    answer,
    revisions,
    reason,
    details: requests.reduce(
      (all, { entryId }) => releaseInDetails(all, entryId, steppedTo(entryId)),
      details,
    ),
    entries: [...requested, ...approved].map((entry) => ({ ...entry, release: steppedTo(entry.entryId) })),
    releases: requests,
    events: [
      ...steps.flatMap(({ action, entries }) =>
        entries.map((entry) =>
          auditOf(
            ports,
            caller,
            {
              action,
              subject: { kind: 'transaction', id: entry.entryId },
              details: { tenant: alert.tenant, alert: alert.alertId, ...requesterOf(requestOf, entry) },
            },
            nowMs,
          ),
        ),
      ),
      ...approved.map((entry) => releaseEvent(alert, entry, requestOf.get(entry.entryId), nowMs)),
    ],
  };
}

const requesterOf = (
  requests: ReadonlyMap<string, ReleaseRequest>,
  { entryId }: HeldEntry,
): { readonly requestedBy: string } => ({ requestedBy: requests.get(entryId)?.requestedBy ?? 'unknown' });

function revised(
  alert: Alert,
  action: Extract<AlertAction, 'release_requested' | 'release_approved'>,
  entries: readonly HeldEntry[],
  caller: ApiCaller,
  nowMs: number,
): { readonly alert: Alert; readonly change: AlertChange } {
  const [only, ...others] = entries;
  const next: Alert = {
    ...alert,
    revision: alert.revision + 1,
    changedAtMs: nowMs,
    released: alert.released + (action === 'release_approved' ? entries.length : 0),
  };
  const change: AlertChange = {
    alertId: alert.alertId,
    revision: next.revision,
    atMs: nowMs,
    actor: actorOf(caller),
    action,
    from: alert.state,
    to: alert.state,
    entryId: others.length === 0 ? (only?.entryId ?? null) : null,
  };
  return { alert: next, change };
}

/** What detection acts on, in the partition in which it held the transaction. */
function releaseEvent(
  alert: Alert,
  entry: HeldEntry,
  request: ReleaseRequest | undefined,
  nowMs: number,
): OutgoingEvent {
  if (request === undefined || alert.account === null || entry.kept.topic !== streams.held.topic)
    throw new Error('a release is of a transaction that was held, and that somebody asked for');
  const approvedAt = formatInstant(request.approvedAtMs ?? nowMs);
  const { type, dataSchema } = events.release;
  return {
    stream: 'releases',
    partition: entry.source.partition,
    event: {
      id: `release-${entry.entryId}`,
      key: alert.account,
      tenant: alert.tenant,
      time: approvedAt,
      type,
      dataSchema,
      plaintext: encodePayload(events.release, {
        tenant: alert.tenant,
        transactionIdentity: entry.entryId,
        sourcePartition: entry.source.partition,
        sourceOffset: entry.source.offset,
        heldOffset: entry.kept.offset,
        requestedBy: request.requestedBy,
        ...(request.approvedBy === null ? {} : { approvedBy: request.approvedBy }),
        approvedAt,
      }),
    },
  };
}
