import { createHash } from 'node:crypto';
import { WeirError } from '@weir/contracts';
import type { Notification } from '../../notification.ts';
import { severityOf } from '../../wording/notification-words.ts';
import type { Channel } from '../channel.ts';
import { createChartCache } from './chart/chart-cache.ts';
import type { ChartOf } from './chart/chart-cache.ts';
import { drawChart } from './chart/draw-chart.ts';
import type { RulesetOf } from '../../wording/alert-words.ts';
import { refused } from './mail-outcome.ts';
import { createMailer } from './mailer.ts';
import type { Mail, MailerOptions } from './mailer.ts';
import { renderMail } from './render-mail.ts';

export type MailChannelOptions = MailerOptions & {
  readonly receiverId: string;
  /** Mail addresses; each gets a mail of its own. */
  readonly recipients: readonly string[];
  /** The words of the rules that come with the program. */
  readonly rulesetOf: RulesetOf;
};

/** What an address is called where it must not stand: the first 8 hex digits of its SHA-256. */
export const mailTarget = (recipient: string): string =>
  createHash('sha256').update(recipient).digest('hex').slice(0, 8);

/** Mails to some addresses, by one relay. Throws WeirError config_invalid where two addresses have the same target. */
export function createMailChannel(options: MailChannelOptions): Channel {
  const { receiverId, recipients, rulesetOf, maxConnections, timeoutMs } = options;
  const addresses = new Map(recipients.map((recipient) => [mailTarget(recipient), recipient]));
  if (addresses.size < new Set(recipients).size)
    throw new WeirError('config_invalid', 'two mail addresses of a receiver can not be told apart');
  const mailer = createMailer(options);
  const chartOf = createChartCache(drawChart);
  return {
    receiverId,
    name: 'mail',
    maxParallel: maxConnections,
    timeoutMs,
    targets: [...addresses.keys()],
    send: async ({ deliveryKey, target, notification }) => {
      const recipient = addresses.get(target);
      if (recipient === undefined) return refused('address_gone');
      return mailer.send(await mailOf(notification, deliveryKey, { rulesetOf, chartOf }), recipient);
    },
    check: mailer.check,
    close: mailer.close,
  };
}

async function mailOf(
  notification: Notification,
  deliveryKey: string,
  { rulesetOf, chartOf }: { readonly rulesetOf: RulesetOf; readonly chartOf: ChartOf },
): Promise<Mail> {
  const { subject, text, htmlWith, chart } = renderMail(notification, rulesetOf);
  const png = chart === undefined ? undefined : await chartOf(notification.notificationId, chart);
  const image = png === undefined ? undefined : { cid: `chart.${notification.notificationId}@weir`, png };
  return {
    subject,
    text,
    html: htmlWith(image?.cid),
    image,
    deliveryKey,
    threadId: notification.threadId,
    alertIds: notification.alerts.map(({ alert }) => alert.alertId),
    isUrgent: severityOf(notification) === 'critical' && notification.reason !== 'test',
    createdAtMs: notification.createdAtMs,
  };
}
