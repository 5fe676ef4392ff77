export type {
  AlertQuery,
  AlertRows,
  AlertStore,
  LinkQuery,
  OutboxRecord,
  ReleaseRequest,
  StoredAlert,
  StoredChange,
  StoredEntry,
  StoredNotification,
  StoredRecord,
  StoredSilence,
} from './alert-store.ts';
export { openAlertStore } from './open-alert-store.ts';
export type { StorePlace } from './open-alert-store.ts';
export type { StoreOwner } from './sql/migrate.ts';
