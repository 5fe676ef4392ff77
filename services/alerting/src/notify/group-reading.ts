import type { Alert, NotificationGroup, ReceiverState } from '@weir/alerts';

/** A group, and everything in the store that its plan rests on. */
export type GroupReading = {
  readonly group: NotificationGroup;
  readonly alerts: readonly Alert[];
  readonly receiverStates: ReadonlyMap<string, ReceiverState>;
  readonly gathering: readonly NotificationGroup[];
};
