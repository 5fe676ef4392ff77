import { deliveryKeyOf } from '../alert-ids.ts';
import type { Channel } from '../channel.ts';
import type { Notice } from '../plan-run.ts';
import { createMailer } from './mailer.ts';
import type { MailerOptions } from './mailer.ts';
import type { RenderedMail } from './render-mail.ts';

export type MailChannelOptions = MailerOptions & {
  readonly recipients: readonly string[];
  readonly render: (notice: Notice) => RenderedMail;
};

/**
 * The channel of record: each recipient gets a mail of their own, and none is
 * left. A mail that is refused for good waits until somebody corrects the
 * address or the relay.
 */
export function createMailChannel({ recipients, render, ...options }: MailChannelOptions): Channel {
  const mailer = createMailer(options);
  return {
    name: 'mail',
    maxParallel: options.maxConnections,
    mostRefusals: Number.POSITIVE_INFINITY,
    deliveriesOf: (notice) => {
      const deliveryKey = deliveryKeyOf(notice.alert, 'mail');
      const mail = { ...render(notice), deliveryKey };
      return recipients.map((recipient) => ({
        alertId: notice.alert.alertId,
        name: `${deliveryKey} ${recipient}`,
        send: () => mailer.send(mail, recipient),
      }));
    },
    check: mailer.check,
    close: mailer.close,
  };
}
