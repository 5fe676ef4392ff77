import type { ApiCaller } from '@weir/access';
import type { Alert, AlertChange, AlertEntry } from '@weir/alerts';
import type { OutboxRecord, ReleaseRequest, StoredChange } from '@weir/alert-store';
import { joinAlerts } from '../notify/join-alerts.ts';
import { decodeDetails, encodeDetails, type AlertDetails } from '../store/alert-details.ts';
import { changeStore } from '../store/change-store.ts';
import { revisionEvents, type OutgoingEvent } from '../store/outbox-records.ts';
import { alertCell, changeCell } from '../store/store-columns.ts';
import type { ApiPorts } from './api-ports.ts';
import type { Refused } from './api-refused.ts';
import { findAlert } from './find-alert.ts';

/** An alert as a change finds it. */
export type FoundAlert = { readonly alert: Alert; readonly details: AlertDetails };

/** What an act comes to, before anything is written. */
export type Decision<Answer> =
  | Refused
  | { readonly kind: 'unchanged'; readonly answer: Answer }
  | {
      readonly kind: 'changed';
      readonly answer: Answer;
      /** One after the other, each the next revision. */
      readonly revisions: readonly { readonly alert: Alert; readonly change: AlertChange }[];
      /** Why, as its author wrote it. */
      readonly reason: string | undefined;
      /** The sealed part of the alert, where it changes. */
      readonly details?: AlertDetails;
      readonly entries?: readonly AlertEntry[];
      readonly releases?: readonly ReleaseRequest[];
      /** What goes out beside the revisions: requests to the notary, reports, releases. */
      readonly events: readonly OutgoingEvent[];
    };

export type Change<Answer> =
  Refused | { readonly kind: 'unchanged' | 'changed'; readonly alert: Alert; readonly answer: Answer };

/** A change that is sealed and may be written. */
type Prepared = {
  readonly alert: Alert;
  readonly sealed: Uint8Array;
  readonly changes: readonly StoredChange[];
  readonly entries: readonly AlertEntry[];
  readonly releases: readonly ReleaseRequest[];
  readonly outbox: readonly OutboxRecord[];
};

/**
 * Finds an alert, decides, and writes all that comes of it as one transaction of the store: the alert, who did
 * what and why, who has to be told, and what topics and the audit trail have to be told. An alert that somebody
 * else changes meanwhile is decided upon anew.
 */
export async function changeAlert<Answer>(
  ports: ApiPorts,
  caller: ApiCaller,
  id: string,
  decide: (found: FoundAlert, nowMs: number) => Promise<Decision<Answer>>,
): Promise<Change<Answer>> {
  const named = await findAlert(ports, caller, id);
  if ('kind' in named) return named;
  const { alertId } = named.alert;
  const nowMs = ports.nowMs();
  let alert = named.alert;
  let decision: Decision<Answer> | undefined;
  const written = await changeStore(ports.store, {
    read: (rows) => rows.alerts([alertId]),
    versionOf: ([stored]) => `${stored?.alert.revision} ${stored?.alert.episodeEndedAtMs}`,
    async prepare([stored]) {
      decision = undefined;
      // It was there just now: closed alerts are deleted once they are old.
      if (stored === undefined) return undefined;
      alert = stored.alert;
      const [opened] = await ports.columns.open([{ ...alertCell(alert), sealed: stored.sealed }]);
      const details = decodeDetails(alertId, opened);
      decision = await decide({ alert, details }, nowMs);
      return decision.kind === 'changed' ? sealChange(ports, details, decision) : undefined;
    },
    async write(rows, change) {
      await rows.saveAlerts([change]);
      await rows.addChanges(change.changes);
      for (const entry of change.entries) await rows.saveEntry(entry);
      for (const release of change.releases) await rows.saveReleaseRequest(release);
      const changes = change.changes.map((one) => one.change);
      await joinAlerts(rows, ports.routing(), { alerts: [change.alert], changes, nowMs });
      await rows.appendOutbox(change.outbox);
    },
  });
  if (decision === undefined) return { kind: 'refused', code: 'alert_unknown' };
  if (decision.kind === 'refused') return decision;
  if (written === undefined) return { kind: 'unchanged', alert, answer: decision.answer };
  ports.changed();
  return { kind: 'changed', alert: written.alert, answer: decision.answer };
}

async function sealChange<Answer>(
  ports: ApiPorts,
  detailsBefore: AlertDetails,
  decided: Extract<Decision<Answer>, { kind: 'changed' }>,
): Promise<Prepared> {
  const { revisions, reason, details = detailsBefore, entries = [], releases = [] } = decided;
  const alert = revisions.at(-1)?.alert;
  if (alert === undefined) throw new Error('a change makes at least one revision');
  const why = reason === undefined ? [] : [Buffer.from(reason)];
  const [sealed, ...sealedReasons] = await ports.columns.seal([
    { ...alertCell(alert), plaintext: encodeDetails(details) },
    ...revisions.flatMap(({ change }) =>
      why.map((plaintext) => ({ ...changeCell(alert.tenant, change), plaintext })),
    ),
  ]);
  if (sealed === undefined) throw new Error('the sealer answered for fewer columns than it was given');
  const revised = revisions.flatMap((revision) =>
    revisionEvents(ports.environment, {
      ...revision,
      details,
      ...(reason === undefined ? {} : { reason }),
    }),
  );
  return {
    alert,
    sealed,
    changes: revisions.map(({ change }, index) => ({ change, sealedReason: sealedReasons[index] })),
    entries,
    releases,
    outbox: await ports.sealOutbox([...revised, ...decided.events]),
  };
}
