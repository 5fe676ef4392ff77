import { z } from 'zod';
import {
  checkKafkaFields,
  checkKmsFields,
  count,
  crossFieldCheck,
  durationMs,
  kafkaFields,
  kmsFields,
  url,
  workerFields,
} from '@weir/runtime';
import { readSmtpUrl } from './mail/smtp-url.ts';
import { checkWebhookFields, webhookFields } from './webhook/webhook-fields.ts';

const mailbox = /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/;

const mostRecipients = 10;

const recipients = z.string().transform((text, context): readonly string[] => {
  const addresses = text.split(',').map((address) => address.trim());
  if (addresses.length <= mostRecipients && addresses.every((address) => mailbox.test(address)))
    return [...new Set(addresses)];
  context.addIssue({
    code: 'custom',
    message: `expected 1 to ${mostRecipients} mail addresses, parted by commas`,
  });
  return z.NEVER;
});

/** A batch of mails has to end well within the session, else the group takes the partition away each time. */
const checkTimes = crossFieldCheck((given) => {
  const [mailMs, sessionMs] = [given.value('MAIL_TIMEOUT_MS'), given.value('GROUP_SESSION_TIMEOUT_MS')];
  if (typeof mailMs !== 'number' || typeof sessionMs !== 'number' || mailMs * 2 <= sessionMs) return [];
  return [{ variable: 'MAIL_TIMEOUT_MS', message: 'expected at most half of GROUP_SESSION_TIMEOUT_MS' }];
});

const checkSmtpUrl = crossFieldCheck((given) => {
  const smtpUrl = given.value('SMTP_URL');
  const problem = typeof smtpUrl === 'string' ? readSmtpUrl(smtpUrl) : undefined;
  return problem?.ok === false ? [{ variable: 'SMTP_URL', message: problem.problem }] : [];
});

/** Everything that can be set about an alerting worker. */
export const alertingConfig = z
  .strictObject({
    ...workerFields,
    ...kafkaFields,
    ...kmsFields,
    SMTP_URL: url(['smtp', 'smtps']).describe(
      'The mail relay: smtp://user:password@host:587 (STARTTLS, a must unless the host is loopback) or smtps://host:465.',
    ),
    MAIL_FROM: z
      .string()
      .regex(mailbox, { error: 'expected a mail address' })
      .describe('The sender. Its domain is also that of the Message-IDs, so it should never change.'),
    MAIL_TO: recipients.describe('Who is told: mail addresses parted by commas.'),
    ALERTING_GROUP_ID: z
      .string()
      .regex(/^[A-Za-z0-9._-]{1,100}$/)
      .default('weir-alerting')
      .describe('The consumer group, whose committed offsets say what has been alerted.'),
    GROUP_SESSION_TIMEOUT_MS: durationMs(10_000, { minMs: 6_000, maxMs: 300_000 }).describe(
      'How long a worker may be silent before its partitions go to another.',
    ),
    BATCH_MAX_RECORDS: count(50, { min: 1, max: 200 }).describe(
      'The most records that one Kafka transaction takes, and so the most alerts whose deliveries a crash repeats.',
    ),
    MAIL_MAX_CONNECTIONS: count(4, { min: 1, max: 20 }).describe(
      'The most connections to the relay at a time.',
    ),
    MAIL_TIMEOUT_MS: durationMs(5_000, { minMs: 1_000, maxMs: 60_000 }).describe(
      'How long the relay may take over one mail.',
    ),
    ...webhookFields,
    RETRY_MAX_DELAY_MS: durationMs(30_000, { minMs: 100, maxMs: 60_000 }).describe(
      'The longest pause before a partition that failed is tried again.',
    ),
  })
  .check(checkKafkaFields)
  .check(checkKmsFields)
  .check(checkTimes)
  .check(checkSmtpUrl)
  .check(checkWebhookFields);
