import type { Alert, AlertEntry } from '@weir/alerts';
import type { AlertStore, StoredAlert } from '@weir/alert-store';
import { mostAlertEntries, streams } from '@weir/contracts';
import { decodeDetails } from '../store/alert-details.ts';
import type { AlertDetails } from '../store/alert-details.ts';
import { alertCell } from '../store/store-columns.ts';
import type { StoreColumns } from '../store/store-columns.ts';
import type { RestoredAlerts } from './restore-alerts.ts';
import type { RestoredEntries } from './restore-entries.ts';
import { completeAlert } from './revive-alert.ts';
import { reviveCases } from './revive-cases.ts';

export type CompletingParts = {
  readonly store: Pick<AlertStore, 'transaction' | 'listAlerts' | 'alert' | 'entriesOf'>;
  readonly columns: Pick<StoreColumns, 'open'>;
};

const pageAlerts = 200;

/**
 * Gives every alert what its entries say of it, and their cases. Entries whose evidence is gone are kept with
 * what the alert's revision says of them. Answers how many alerts there are.
 */
export async function completeAlerts(
  parts: CompletingParts,
  alerts: RestoredAlerts,
  entries: RestoredEntries,
): Promise<number> {
  const inCases: Alert[] = [];
  let count = 0;
  let last: Alert | undefined;
  for (;;) {
    const before =
      last === undefined ? {} : { before: { changedAtMs: last.changedAtMs, alertId: last.alertId } };
    const page = await parts.store.listAlerts({ ...before, limit: pageAlerts });
    for (const { alertId } of page) {
      const stored = await parts.store.alert(alertId);
      if (stored === undefined) continue;
      const alert = await completeOne(parts, stored, alerts, entries);
      if (alert.caseId !== null) inCases.push(alert);
      count += 1;
    }
    last = page.at(-1);
    if (page.length < pageAlerts) break;
  }
  const cases = reviveCases(inCases);
  await parts.store.transaction((rows) => rows.saveCases(cases));
  return count;
}

async function completeOne(
  { store, columns }: CompletingParts,
  stored: StoredAlert,
  { open, entries: places }: RestoredAlerts,
  { found, episodeKeys }: RestoredEntries,
): Promise<Alert> {
  const { alert, sealed } = stored;
  const { alertId } = alert;
  const [plaintext] = await columns.open([{ ...alertCell(alert), sealed }]);
  const missing = bareEntries(alert, decodeDetails(alertId, plaintext)).filter(
    ({ entryId }) => places.has(entryId) && !found.has(entryId),
  );
  const kept = await store.entriesOf(alertId, 0, mostAlertEntries);
  const all = [...kept.map(({ entry }) => entry), ...missing].sort((a, b) => a.ordinal - b.ordinal);
  const complete = { ...completeAlert(alert, all), episodeKey: episodeKeys.get(alertId) ?? alert.episodeKey };
  return store.transaction(async (rows) => {
    await rows.addEntries(missing.map((entry) => ({ entry, record: undefined })));
    const [rival] = await rows.openEpisodes([complete.episodeKey]);
    const isOpen =
      open.has(alertId) &&
      (rival === undefined || rival.alert.lastEventAtMs < complete.lastEventAtMs) &&
      episodeKeys.has(alertId);
    // Of one account only the last episode may still go on.
    if (isOpen && rival !== undefined)
      await rows.saveAlerts([
        { ...rival, alert: { ...rival.alert, episodeEndedAtMs: rival.alert.changedAtMs } },
      ]);
    const saved = isOpen ? { ...complete, episodeEndedAtMs: null } : complete;
    await rows.saveAlerts([{ alert: saved, sealed }]);
    return saved;
  });
}

/** Entries as far as a revision names them. */
function bareEntries(alert: Alert, details: AlertDetails): readonly AlertEntry[] {
  const { alertId, tenant, firstEventAtMs: eventAtMs, severity, score } = alert;
  const shared = {
    ...{ alertId, tenant, eventAtMs, severity, score, rules: [] },
    ...{ amountMinor: null, currency: null, creditDebitIndicator: null, counterparty: null },
  };
  if (details.kind === 'refused_record')
    return details.records.map((place, ordinal) => ({
      ...shared,
      ...{ ordinal, entryId: `${place.topic}/${place.partition}/${place.offset}` },
      ...{ verdict: null, source: null, kept: place, release: 'none' },
    }));
  return details.transactions.map(
    ({ identity, sourcePartition: partition, sourceOffset, heldOffset, verdict, release }, ordinal) => ({
      ...shared,
      ...{ ordinal, entryId: identity, verdict, release: release ?? 'none' },
      source: { partition, offset: sourceOffset },
      kept: { topic: streams.held.topic, partition, offset: heldOffset },
    }),
  );
}
