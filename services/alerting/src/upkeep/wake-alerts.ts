import { wake } from '@weir/alerts';
import type { AlertChange, Routing } from '@weir/alerts';
import type { AlertStore, OutboxRecord, StoredAlert } from '@weir/alert-store';
import { joinAlerts } from '../notify/join-alerts.ts';
import { decodeDetails } from '../store/alert-details.ts';
import { changeStore } from '../store/change-store.ts';
import { revisionEvents } from '../store/outbox-records.ts';
import type { SealOutbox } from '../store/outbox-records.ts';
import { alertCell } from '../store/store-columns.ts';
import type { StoreColumns } from '../store/store-columns.ts';

export type WakingParts = {
  readonly store: Pick<AlertStore, 'transaction' | 'snoozedUntil'>;
  readonly columns: Pick<StoreColumns, 'open'>;
  readonly sealOutbox: SealOutbox;
  readonly environment: string;
  readonly routing: () => Routing;
};

/** So many alerts are woken in one transaction. */
const mostAtOnce = 100;

type Woken = StoredAlert & { readonly change: AlertChange };

/** Wakes alerts whose snooze is over, as new ones, to be told again. Answers how many; there may be more. */
export async function wakeAlerts(parts: WakingParts, nowMs: number): Promise<number> {
  const alertIds = await parts.store.snoozedUntil(nowMs, mostAtOnce);
  if (alertIds.length === 0) return 0;
  const written = await changeStore(parts.store, {
    read: (rows) => rows.alerts(alertIds),
    versionOf: (stored) => JSON.stringify(stored.map(({ alert }) => [alert.alertId, alert.revision])),
    prepare: async (stored) => {
      const woken = stored.flatMap((one): readonly Woken[] => {
        const awake = wake(one.alert, nowMs);
        return awake === undefined ? [] : [{ ...awake, sealed: one.sealed }];
      });
      return woken.length === 0 ? undefined : { woken, outbox: await sealRevisions(parts, woken) };
    },
    write: async (rows, { woken, outbox }) => {
      await rows.saveAlerts(woken.map(({ alert, sealed }) => ({ alert, sealed })));
      await rows.addChanges(woken.map(({ change }) => ({ change, sealedReason: undefined })));
      const changed = {
        alerts: woken.map(({ alert }) => alert),
        changes: woken.map(({ change }) => change),
        nowMs,
      };
      await joinAlerts(rows, parts.routing(), changed);
      await rows.appendOutbox(outbox);
    },
  });
  return written?.woken.length ?? 0;
}

async function sealRevisions(parts: WakingParts, woken: readonly Woken[]): Promise<OutboxRecord[]> {
  const opened = await parts.columns.open(
    woken.map(({ alert, sealed }) => ({ ...alertCell(alert), sealed })),
  );
  return parts.sealOutbox(
    woken.flatMap(({ alert, change }, index) =>
      revisionEvents(parts.environment, {
        alert,
        change,
        details: decodeDetails(alert.alertId, opened[index]),
      }),
    ),
  );
}
