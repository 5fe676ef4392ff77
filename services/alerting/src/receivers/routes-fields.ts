import { WeirError } from '@weir/contracts';
import { count, crossFieldCheck, durationMs, url } from '@weir/runtime';
import { z } from 'zod';
import { readSmtpUrl } from '../channels/mail/smtp-url.ts';
import { webhookFields } from '../channels/webhook/webhook-fields.ts';
import type { ChannelContext } from './channel-kinds.ts';
import type { RoutesSource } from './load-routes.ts';

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

/** Who is told and how: spread into the service's schema, and add `.check(checkRoutesFields)`. */
export const routesFields = {
  ROUTES_FILE: z
    .string()
    .min(1)
    .optional()
    .describe(
      'The routing document (YAML or JSON): who is told what, when and how; read again on SIGHUP. Unset: all goes to MAIL_TO and WEBHOOK_URL.',
    ),
  SMTP_URL: url(['smtp', 'smtps'])
    .optional()
    .describe(
      'The mail relay: smtp://user:password@host:587 (STARTTLS, a must unless the host is loopback) or smtps://host:465.',
    ),
  MAIL_FROM: z
    .string()
    .regex(mailbox, { error: 'expected a mail address' })
    .optional()
    .describe('The sender. Its domain is also that of the Message-IDs, so it should never change.'),
  MAIL_TO: recipients
    .optional()
    .describe('Who is told where there is no routing document: mail addresses parted by commas.'),
  MAIL_MAX_CONNECTIONS: count(4, { min: 1, max: 20 }).describe(
    'The most connections to the relay at a time.',
  ),
  MAIL_TIMEOUT_MS: durationMs(5_000, { minMs: 1_000, maxMs: 60_000 }).describe(
    'How long the relay may take over one mail.',
  ),
  ...webhookFields,
};

/** Somebody has to be told, by one of two ways to say whom; and mails need a relay and a sender. */
export const checkRoutesFields = crossFieldCheck((given) => {
  const problems = [...given.together('SMTP_URL', 'MAIL_FROM')];
  const relay = given.value('SMTP_URL');
  const read = typeof relay === 'string' ? readSmtpUrl(relay) : undefined;
  if (read?.ok === false) problems.push({ variable: 'SMTP_URL', message: read.problem });
  if (given.has('ROUTES_FILE'))
    return [
      ...problems,
      ...['MAIL_TO', 'WEBHOOK_URL', 'WEBHOOK_SECRETS_FILE'].filter(given.has).map((variable) => ({
        variable,
        message: 'stands in the document of ROUTES_FILE, where there is one',
      })),
    ];
  if (given.has('MAIL_TO') && !given.has('SMTP_URL'))
    problems.push({ variable: 'SMTP_URL', message: 'is needed where MAIL_TO is set' });
  if (!given.has('MAIL_TO') && !given.has('WEBHOOK_URL'))
    problems.push({
      variable: 'ROUTES_FILE',
      message: 'is needed where neither MAIL_TO nor WEBHOOK_URL is set',
    });
  return problems;
});

type RoutesConfig = Readonly<z.output<z.ZodObject<typeof routesFields>>>;

/** Where the routing stands. `env` is where the configuration was read from: the paths of files stand there alone. */
export function routesSourceOf(
  config: RoutesConfig,
  env: Readonly<Record<string, string | undefined>>,
): RoutesSource {
  if (config.ROUTES_FILE !== undefined) return { kind: 'file', path: config.ROUTES_FILE };
  const caFile = env['WEBHOOK_CA_FILE'];
  const webhook =
    config.WEBHOOK_URL === undefined
      ? undefined
      : {
          url: config.WEBHOOK_URL,
          secretsFile: env['WEBHOOK_SECRETS_FILE'] ?? '',
          timeoutSeconds: Math.ceil(config.WEBHOOK_TIMEOUT_MS / 1_000),
          allowPrivate: config.WEBHOOK_ALLOW_PRIVATE,
          ...(caFile === undefined || caFile === '' ? {} : { caFile }),
        };
  return {
    kind: 'environment',
    receivers: { mailTo: config.MAIL_TO ?? [], ...(webhook === undefined ? {} : { webhook }) },
  };
}

/** What channels are made with beside the document. Throws WeirError config_invalid. */
export function channelContextOf(
  config: RoutesConfig,
  { hostname, now }: Pick<ChannelContext, 'hostname' | 'now'>,
): ChannelContext {
  const { SMTP_URL: relayUrl, MAIL_FROM: from } = config;
  if (relayUrl === undefined || from === undefined) return { relay: undefined, hostname, now };
  const smtp = readSmtpUrl(relayUrl);
  if (!smtp.ok) throw new WeirError('config_invalid', `SMTP_URL: ${smtp.problem}`);
  const { MAIL_MAX_CONNECTIONS: maxConnections, MAIL_TIMEOUT_MS: timeoutMs } = config;
  return { relay: { address: smtp.address, from, maxConnections, timeoutMs }, hostname, now };
}
