import type { AlertCase, Delivery, NotificationGroup } from '@weir/alerts';
import type {
  OutboxRecord,
  ReleaseRequest,
  StoredAlert,
  StoredChange,
  StoredEntry,
  StoredNotification,
  StoredSilence,
} from '../alert-store.ts';
import { createLayeredTable } from './layered-table.ts';
import type { LayeredTable, Rows } from './layered-table.ts';

type Tables = {
  readonly positions: number;
  readonly alerts: StoredAlert;
  readonly entries: StoredEntry;
  /** Numbered in the order they were added. */
  readonly changes: StoredChange & { readonly number: number };
  readonly cases: AlertCase;
  readonly groups: NotificationGroup;
  readonly notifications: StoredNotification;
  readonly deliveries: Delivery & { readonly owner: string | null };
  readonly receivers: { readonly state: unknown };
  readonly releases: ReleaseRequest;
  readonly silences: StoredSilence;
  readonly outbox: OutboxRecord & { readonly number: number };
  /** `outbox` and `changes`: the next number; `changed`: the change number; `trimmed`: the number behind the last that was deleted. */
  readonly numbers: number;
};

export type MemoryRows = { readonly [Name in keyof Tables]: Rows<Tables[Name]> };

/** All tables of the store in memory, as everybody sees them and as the running transaction does. */
export function createMemoryTables(): {
  readonly committed: MemoryRows;
  readonly pending: MemoryRows;
  readonly commit: () => void;
  readonly rollback: () => void;
} {
  const tables: { readonly [Name in keyof Tables]: LayeredTable<Tables[Name]> } = {
    positions: createLayeredTable(),
    alerts: createLayeredTable(),
    entries: createLayeredTable(),
    changes: createLayeredTable(),
    cases: createLayeredTable(),
    groups: createLayeredTable(),
    notifications: createLayeredTable(),
    deliveries: createLayeredTable(),
    receivers: createLayeredTable(),
    releases: createLayeredTable(),
    silences: createLayeredTable(),
    outbox: createLayeredTable(),
    numbers: createLayeredTable(),
  };
  const view = (layer: 'committed' | 'pending'): MemoryRows =>
    Object.fromEntries(
      Object.entries(tables).map(([name, table]) => [name, table[layer]]),
    ) as unknown as MemoryRows;
  const all = Object.values(tables);
  return {
    committed: view('committed'),
    pending: view('pending'),
    commit: () => all.forEach((table) => table.commit()),
    rollback: () => all.forEach((table) => table.rollback()),
  };
}

/** Counts that alerts, entries, cases or positions have changed. */
export const countChange = ({ numbers }: MemoryRows): void =>
  numbers.set('changed', (numbers.get('changed') ?? 0) + 1);

/** By a text, as bytes are ordered. */
export const byText =
  <Row>(textOf: (row: Row) => string) =>
  (left: Row, right: Row): number =>
    textOf(left) < textOf(right) ? -1 : textOf(left) > textOf(right) ? 1 : 0;

/** By a number, and by a text where that is the same. */
export const byNumber =
  <Row>(numberOf: (row: Row) => number, textOf: (row: NoInfer<Row>) => string) =>
  (left: Row, right: Row): number =>
    numberOf(left) - numberOf(right) || byText(textOf)(left, right);

export const deliveryId = (delivery: Pick<Delivery, 'deliveryKey' | 'target'>): string =>
  `${delivery.deliveryKey} ${delivery.target}`;
