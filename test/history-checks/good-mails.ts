import { deliveryName } from './check-alerts.ts';
import type { MailCounts } from './check-alerts.ts';

/** What the receiver has counted where everything is as it should be in the good history. */
export const goodMails: MailCounts = {
  recipient: 'analyst@example',
  domain: 'example',
  earlier: new Set(),
  deliveries: new Map(
    [2, 4, 5].map((offset) => [deliveryName(`<alert-${offset}-1-mail@example>`, 'analyst@example'), 1]),
  ),
};
