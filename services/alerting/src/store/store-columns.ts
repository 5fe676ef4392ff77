import { formatInstant, systemTenant, writeEventHeaders } from '@weir/contracts';
import type { Alert, AlertChange, Silence } from '@weir/alerts';
import type { StoredNotification } from '@weir/alert-store';
import { openEvents, sealEvents } from '@weir/envelope';
import type { Opener, Sealer, SealedRecord, UnsealedEvent } from '@weir/envelope';

/** The columns of the store that hold what people wrote or what a payload holds. */
export type ColumnName = 'alert' | 'change' | 'notification' | 'silence';

/** One column of one row: what its sealed bytes are bound to, so that they fit nowhere else. */
export type Cell = {
  readonly column: ColumnName;
  /** Names the row: printable ASCII without spaces. */
  readonly row: string;
  readonly tenant: string;
  /** A time of the row that never changes, in ms since the epoch. */
  readonly timeMs: number;
};

export type StoreColumns = {
  /** In order, all or nothing. Throws what the KMS throws, so not within a transaction of the store. */
  seal(cells: readonly (Cell & { readonly plaintext: Uint8Array })[]): Promise<Uint8Array[]>;
  /** In order; undefined for bytes that were changed, moved from another row or column, or sealed elsewhere. */
  open(cells: readonly (Cell & { readonly sealed: Uint8Array })[]): Promise<(Buffer | undefined)[]>;
};

/** Of an alert: the ids that senders wrote, and where its entries stand (see alert-details.ts). */
export const alertCell = ({ alertId, tenant, openedAtMs }: Alert): Cell => ({
  column: 'alert',
  row: alertId,
  tenant,
  timeMs: openedAtMs,
});

/** Of a change: why, as its author wrote it. */
export const changeCell = (tenant: string, { alertId, revision, atMs }: AlertChange): Cell => ({
  column: 'change',
  row: `${alertId}-${revision}`,
  tenant,
  timeMs: atMs,
});

/** Of a notification: all that it says. It may be about several tenants. */
export const notificationCell = (
  notification: Pick<StoredNotification, 'notificationId' | 'createdAtMs'>,
): Cell => ({
  column: 'notification',
  row: notification.notificationId,
  tenant: systemTenant,
  timeMs: notification.createdAtMs,
});

/** Of a silence: why, as its owner wrote it. */
export const silenceCell = ({ silenceId, startsAtMs }: Silence): Cell => ({
  column: 'silence',
  row: silenceId,
  tenant: systemTenant,
  timeMs: startsAtMs,
});

const source = '/weir/alerting';

/**
 * The types of what stands in the store are those of no event, so nobody can pass a column for a record
 * of alerts.v1, which is sealed under the same key, or the other way round.
 */
const attributesOf = ({ column, row, tenant, timeMs }: Cell) => ({
  id: `${column}/${row}`,
  type: `weir.store.${column}.v1`,
  dataSchema: `urn:weir:store:${column}:1`,
  tenant,
  time: formatInstant(timeMs),
});

/** Seals and opens the columns of the store, as if each were an event of its own under the key of the alerts. */
export function createStoreColumns(options: {
  readonly sealer: Sealer;
  readonly opener: Opener;
  readonly environment: string;
}): StoreColumns {
  const { sealer, opener, environment } = options;
  return {
    async seal(cells) {
      const events = cells.map((cell): UnsealedEvent => ({
        ...attributesOf(cell),
        key: cell.row,
        plaintext: cell.plaintext,
      }));
      const sealed = await sealEvents({ sealer, stream: 'alerts', environment, source }, events);
      return sealed.map(({ value }) => value);
    },
    async open(cells) {
      const records = cells.map((cell): SealedRecord => ({
        key: Buffer.from(cell.row),
        value: cell.sealed,
        headers: bytesOf(writeEventHeaders(attributesOf(cell), source)),
      }));
      const opened = await openEvents({ opener, stream: 'alerts', environment }, records);
      return opened.map((one) => (one.ok ? one.plaintext : undefined));
    },
  };
}

const bytesOf = (headers: Readonly<Record<string, string>>): Record<string, Buffer> =>
  Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)]));
