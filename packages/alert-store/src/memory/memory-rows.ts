import type { AlertRows } from '../alert-store.ts';
import { byNumber, byText, countChange, deliveryId } from './memory-tables.ts';
import type { MemoryRows } from './memory-tables.ts';

/** The rows as one transaction in memory sees and changes them. */
export function createMemoryRows(rows: MemoryRows): AlertRows {
  return {
    ...intakeRows(rows),
    ...tellingRows(rows),
    releaseRequest: async (entryId) => rows.releases.get(entryId),
    saveReleaseRequest: async (request) => rows.releases.set(request.entryId, request),
    silence: async (silenceId) => rows.silences.get(silenceId),
    saveSilence: async (stored) => rows.silences.set(stored.silence.silenceId, stored),
    appendOutbox: async (records) => {
      const next = rows.numbers.get('outbox') ?? 0;
      records.forEach((record, at) => rows.outbox.set(String(next + at), { ...record, number: next + at }));
      rows.numbers.set('outbox', next + records.length);
    },
  };
}

/** What taking in and people change. */
function intakeRows(rows: MemoryRows) {
  return {
    changeNumber: async () => rows.numbers.get('changed') ?? 0,
    position: async (topic, partition) => rows.positions.get(`${topic} ${partition}`),
    setPosition: async (topic, partition, next) => {
      countChange(rows);
      rows.positions.set(`${topic} ${partition}`, next);
    },

    openEpisodes: async (episodeKeys) => {
      const wanted = new Set(episodeKeys);
      return rows.alerts
        .find(({ alert }) => alert.episodeEndedAtMs === null && wanted.has(alert.episodeKey))
        .sort(byText(({ alert }) => alert.alertId));
    },
    alerts: async (alertIds) => present(alertIds, rows.alerts.get),
    saveAlerts: async (alerts) => {
      countChange(rows);
      for (const stored of alerts) rows.alerts.set(stored.alert.alertId, stored);
      checkEpisodes(rows, new Set(alerts.map(({ alert }) => alert.episodeKey)));
    },

    knownEntries: async (entryIds) =>
      new Set(entryIds.filter((entryId) => rows.entries.get(entryId) !== undefined)),
    addEntries: async (entries) => {
      countChange(rows);
      for (const stored of entries) {
        if (rows.entries.get(stored.entry.entryId) !== undefined)
          throw new Error('An entry is in an alert already.');
        rows.entries.set(stored.entry.entryId, stored);
      }
    },
    entry: async (entryId) => rows.entries.get(entryId),
    saveEntry: async (entry) => {
      countChange(rows);
      const stored = rows.entries.get(entry.entryId);
      if (stored !== undefined) rows.entries.set(entry.entryId, { ...stored, entry });
    },
    addChanges: async (changes) => {
      const next = rows.numbers.get('changes') ?? 0;
      changes.forEach((change, at) => rows.changes.set(String(next + at), { ...change, number: next + at }));
      rows.numbers.set('changes', next + changes.length);
    },

    openCases: async (tenant, links) => {
      const wanted = new Set(links);
      return rows.cases
        .find(
          (one) =>
            one.tenant === tenant && one.endedAtMs === null && one.links.some((link) => wanted.has(link)),
        )
        .sort(
          byNumber(
            (one) => one.openedAtMs,
            (one) => one.caseId,
          ),
        );
    },
    saveCases: async (cases) => {
      countChange(rows);
      cases.forEach((one) => rows.cases.set(one.caseId, one));
    },
    linkedAlerts: async ({ tenant, by, names, fromMs, toMs, limit }) => {
      const inSpan = rows.alerts
        .find(
          ({ alert }) =>
            alert.tenant === tenant && alert.lastEventAtMs >= fromMs && alert.lastEventAtMs <= toMs,
        )
        .map(({ alert }) => alert)
        .sort(
          byNumber(
            ({ lastEventAtMs }) => -lastEventAtMs,
            ({ alertId }) => alertId,
          ),
        );
      const sharing = [...new Set(names)].flatMap((name) =>
        inSpan
          .filter(({ caseId, counterparties, rules }) =>
            by === 'rule' ? rules.includes(name) : caseId === null && counterparties.includes(name),
          )
          .slice(0, limit),
      );
      return [...new Set(sharing)].sort(byText(({ alertId }) => alertId));
    },
  } satisfies Partial<AlertRows>;
}

/** What telling people changes. */
function tellingRows(rows: MemoryRows) {
  return {
    groups: async (groupIds) => present(groupIds, rows.groups.get),
    groupsOfAlerts: async (alertIds) => {
      const wanted = new Set(alertIds);
      return rows.groups
        .find(({ members }) => members.some(({ alertId }) => wanted.has(alertId)))
        .sort(byText(({ groupId }) => groupId));
    },
    saveGroups: async (groups) => groups.forEach((group) => rows.groups.set(group.groupId, group)),
    deleteGroups: async (groupIds) => groupIds.forEach((groupId) => rows.groups.delete(groupId)),

    addNotification: async (notification, deliveries) => {
      rows.notifications.set(notification.notificationId, notification);
      for (const delivery of deliveries) {
        if (delivery.notificationId !== notification.notificationId)
          throw new Error('A delivery is of another notification.');
        if (rows.deliveries.get(deliveryId(delivery)) !== undefined)
          throw new Error('A delivery of this key is there already.');
        rows.deliveries.set(deliveryId(delivery), { ...delivery, owner: null });
      }
    },
    knownDeliveryKeys: async (deliveryKeys) => {
      const wanted = new Set(deliveryKeys);
      const known = rows.deliveries.find(({ deliveryKey }) => wanted.has(deliveryKey));
      return new Set(known.map(({ deliveryKey }) => deliveryKey));
    },
    receiverState: async (receiverId) => rows.receivers.get(receiverId)?.state,
    saveReceiverState: async (receiverId, state) => rows.receivers.set(receiverId, { state }),
  } satisfies Partial<AlertRows>;
}

/** A second open episode of one key would have to be chosen from at every batch. */
function checkEpisodes(rows: MemoryRows, episodeKeys: ReadonlySet<string>): void {
  const open = rows.alerts.find(
    ({ alert }) => alert.episodeEndedAtMs === null && episodeKeys.has(alert.episodeKey),
  );
  if (new Set(open.map(({ alert }) => alert.episodeKey)).size < open.length)
    throw new Error('Two alerts have an open episode of one key.');
}

function present<Row>(ids: readonly string[], get: (id: string) => Row | undefined): Row[] {
  return [...new Set(ids)].sort().flatMap((id) => get(id) ?? []);
}
