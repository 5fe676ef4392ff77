import type { StoredNotification } from '@weir/alert-store';
import type { Notification } from '../notification.ts';
import { notificationCell } from '../store/store-columns.ts';
import type { StoreColumns } from '../store/store-columns.ts';

/** Some 200 KB each at most: opened once for all the receivers that are told it in one go. */
const mostNotifications = 32;

/** Reads a notification by its id; undefined where it is gone, or is not what alerting sealed. Throws WeirError. */
export type ReadNotification = (notificationId: string) => Promise<Notification | undefined>;

/** What a notification says, as the bytes that are sealed. */
export const encodeNotification = (notification: Notification): Buffer =>
  Buffer.from(JSON.stringify(notification));

/** Opens notifications, each once for those who ask at the same time, and keeps the last few. */
export function createNotificationCache(options: {
  readonly stored: (notificationId: string) => Promise<StoredNotification | undefined>;
  readonly columns: Pick<StoreColumns, 'open'>;
}): ReadNotification {
  const kept = new Map<string, Promise<Notification | undefined>>();

  async function read(notificationId: string): Promise<Notification | undefined> {
    const stored = await options.stored(notificationId);
    if (stored === undefined) return undefined;
    const [plaintext] = await options.columns.open([{ ...notificationCell(stored), sealed: stored.sealed }]);
    // Sealed by alerting alone: what opens is what encodeNotification made.
    return plaintext === undefined ? undefined : (JSON.parse(plaintext.toString('utf8')) as Notification);
  }

  return (notificationId) => {
    const known = kept.get(notificationId);
    if (known !== undefined) return known;
    const reading = read(notificationId);
    kept.set(notificationId, reading);
    // A failure is not kept: the next who asks tries again.
    reading.then(
      (notification) => notification ?? kept.delete(notificationId),
      () => kept.delete(notificationId),
    );
    if (kept.size > mostNotifications) {
      const [oldest] = kept.keys();
      if (oldest !== undefined) kept.delete(oldest);
    }
    return reading;
  };
}
