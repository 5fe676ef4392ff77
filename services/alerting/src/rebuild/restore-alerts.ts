import type { Alert, AlertChange, ReleaseState } from '@weir/alerts';
import type { AlertStore, ReleaseRequest } from '@weir/alert-store';
import { decodePayload, events } from '@weir/contracts';
import { encodeDetails } from '../store/alert-details.ts';
import type { AlertDetails } from '../store/alert-details.ts';
import { alertCell, changeCell } from '../store/store-columns.ts';
import type { StoreColumns } from '../store/store-columns.ts';
import { readBatches } from './read-batches.ts';
import type { OpenedRecord, ReadParts } from './read-batches.ts';
import { msOf, reviveAlert } from './revive-alert.ts';
import type { AlertMemory, Revived } from './revive-alert.ts';
import { reviveReleases } from './revive-releases.ts';

export type RestoringParts = ReadParts & {
  readonly store: Pick<AlertStore, 'transaction'>;
  readonly columns: StoreColumns;
};

/** Where an entry belongs. */
export type EntryPlace = {
  readonly alertId: string;
  readonly ordinal: number;
  readonly release: ReleaseState;
};

/** What was read of the alerts; some 200 bytes for each entry. */
export type RestoredAlerts = {
  readonly entries: ReadonlyMap<string, EntryPlace>;
  /** Alerts whose last revision doesn't say that their episode is over. */
  readonly open: ReadonlySet<string>;
  /** Of earlier releases, which didn't name their entries: with their revision, until a held record completes them. */
  readonly unnamed: ReadonlyMap<string, UnnamedAlert>;
  readonly unreadable: number;
};
export type UnnamedAlert = { readonly alert: Alert; readonly transactionId: string };

/**
 * Reads every revision of every alert into the store: the last one of each, and all changes. Alerts stand
 * under keys of their own, as if over, until their entries are known.
 */
export async function restoreAlerts(parts: RestoringParts): Promise<RestoredAlerts> {
  const memories = new Map<string, AlertMemory>();
  const releases = new Map<string, ReleaseRequest>();
  const entries = new Map<string, EntryPlace>();
  const open = new Set<string>();
  const unnamed = new Map<string, UnnamedAlert>();
  let unreadable = 0;

  function remember(one: Revived, transactionIds: readonly string[]): readonly ReleaseRequest[] {
    const { alert, details } = one;
    const { alertId } = alert;
    memories.set(alertId, { openedAtMs: alert.openedAtMs, state: alert.state });
    if (one.episodeEnded) open.delete(alertId);
    else open.add(alertId);
    if (details === undefined) unnamed.set(alertId, { alert, transactionId: transactionIds[0] ?? '' });
    else {
      unnamed.delete(alertId);
      for (const [entryId, place] of placesOf(alertId, details)) entries.set(entryId, place);
    }
    const requests = reviveReleases(one, releases);
    for (const request of requests) releases.set(request.entryId, request);
    return requests;
  }

  await readBatches(parts, 'alerts', async (batch) => {
    const revived: Revived[] = [];
    const requests: ReleaseRequest[] = [];
    for (const { opened } of batch) {
      if (opened.ok && opened.attributes.type === events.alertFinding.type) continue;
      const revision = revisionOf(opened);
      if (revision === undefined) {
        unreadable += 1;
        continue;
      }
      const one = reviveAlert(revision.value, revision.atMs, memories.get(revision.value.alertId));
      requests.push(
        ...remember(one, revision.value.kind === 'unusual_transactions' ? revision.value.transactionIds : []),
      );
      revived.push(one);
    }
    await write(parts, revived, requests);
  });
  return { entries, open, unnamed, unreadable };
}

function revisionOf(opened: OpenedRecord['opened']) {
  if (!opened.ok || opened.attributes.type !== events.alert.type) return undefined;
  const payload = decodePayload(events.alert, opened.plaintext);
  return payload.ok ? { value: payload.value, atMs: msOf(opened.attributes.time, 0) } : undefined;
}

const placesOf = (alertId: string, details: AlertDetails): readonly (readonly [string, EntryPlace])[] =>
  details.kind === 'unusual_transactions'
    ? details.transactions.map(({ identity, release }, ordinal) => [
        identity,
        { alertId, ordinal, release: release ?? 'none' },
      ])
    : details.records.map(({ topic, partition, offset }, ordinal) => [
        `${topic}/${partition}/${offset}`,
        { alertId, ordinal, release: 'none' },
      ]);

async function write(
  { store, columns }: RestoringParts,
  revived: readonly Revived[],
  requests: readonly ReleaseRequest[],
): Promise<void> {
  const last = new Map<string, { readonly alert: Alert; readonly details: AlertDetails }>();
  for (const { alert, details } of revived)
    if (details !== undefined) last.set(alert.alertId, { alert, details });
  const changes = revived.flatMap(({ alert, change, reason }) =>
    change === undefined ? [] : [{ tenant: alert.tenant, change, reason }],
  );
  const alerts = [...last.values()];
  const sealed = await columns.seal(
    alerts.map(({ alert, details }) => ({ ...alertCell(alert), plaintext: encodeDetails(details) })),
  );
  const why = await sealReasons(columns, changes);
  await store.transaction(async (rows) => {
    await rows.saveAlerts(
      alerts.map(({ alert }, index) => ({ alert, sealed: sealed[index] ?? new Uint8Array() })),
    );
    await rows.addChanges(changes.map(({ change }) => ({ change, sealedReason: why.get(change) })));
    for (const request of requests) await rows.saveReleaseRequest(request);
  });
}

async function sealReasons(
  columns: StoreColumns,
  changes: readonly {
    readonly tenant: string;
    readonly change: AlertChange;
    readonly reason: string | undefined;
  }[],
): Promise<ReadonlyMap<AlertChange, Uint8Array>> {
  const given = changes.flatMap(({ tenant, change, reason }) =>
    reason === undefined ? [] : [{ tenant, change, reason }],
  );
  const sealed = await columns.seal(
    given.map(({ tenant, change, reason }) => ({
      ...changeCell(tenant, change),
      plaintext: Buffer.from(reason),
    })),
  );
  return new Map(given.map(({ change }, index) => [change, sealed[index] ?? new Uint8Array()] as const));
}
