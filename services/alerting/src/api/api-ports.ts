import type { Routing } from '@weir/alerts';
import type { AlertStore } from '@weir/alert-store';
import type { SendTest } from '../receivers/send-test.ts';
import type { SealOutbox } from '../store/outbox-records.ts';
import type { StoreColumns } from '../store/store-columns.ts';
import type { AloneUpTo } from './api-fields.ts';

/** Everything that the API works with. */
export type ApiPorts = {
  readonly environment: string;
  readonly store: AlertStore;
  readonly columns: StoreColumns;
  readonly sealOutbox: SealOutbox;
  /** How much of one alert one person may let go alone. */
  readonly aloneUpTo: AloneUpTo;
  /** The routing in force. */
  readonly routing: () => Routing;
  /** Sends a sample to a receiver, or to all; undefined where none has the name. */
  readonly sendTest: SendTest;
  /** Wakes what waits for work: something has been written that others go on with. */
  readonly changed: () => void;
  /** Random UUIDs. */
  readonly newId: () => string;
  /** The wall clock. */
  readonly nowMs: () => number;
};
