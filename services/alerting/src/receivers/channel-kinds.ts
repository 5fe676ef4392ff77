import type { Receiver } from '@weir/alerts';
import { resolveRuleset } from '@weir/rules';
import type { Channel } from '../channels/channel.ts';
import { createMailChannel } from '../channels/mail/mail-channel.ts';
import type { SmtpAddress } from '../channels/mail/smtp-url.ts';
import { createOcsfFileChannel } from '../channels/ocsf/ocsf-file-channel.ts';
import { createOcsfHttpChannel } from '../channels/ocsf/ocsf-http-channel.ts';
import { createPagerDutyChannel, pagerDutyUrl } from '../channels/pagerduty/pagerduty-channel.ts';
import { createSlackChannel } from '../channels/slack/slack-channel.ts';
import { createSyslogChannel } from '../channels/syslog/syslog-channel.ts';
import { createTeamsChannel } from '../channels/teams/teams-channel.ts';
import { createWebhookChannel } from '../channels/webhook/webhook-channel.ts';
import { webhookFields } from '../channels/webhook/webhook-fields.ts';
import { fileOf, httpReceiverOf, keyOf, problemAt } from './receiver-fields.ts';
import type { ReceiverProblem } from './receiver-fields.ts';

/** What channels are made with beside what the document says. */
export type ChannelContext = {
  /** The mail relay; undefined where none is configured. */
  readonly relay:
    | {
        readonly address: SmtpAddress;
        readonly from: string;
        readonly maxConnections: number;
        readonly timeoutMs: number;
      }
    | undefined;
  /** What this machine is called where a receiver wants to know. */
  readonly hostname: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
};

type Made =
  | { readonly ok: true; readonly channel: Channel }
  | { readonly ok: false; readonly problems: readonly ReceiverProblem[] };

const rulesetOf = resolveRuleset;
const made = (channel: Channel): Made => ({ ok: true, channel });

type Kinds = {
  readonly [Kind in Receiver['channel']]: (
    receiver: Extract<Receiver, { channel: Kind }>,
    context: ChannelContext,
  ) => Made;
};

/** Each kind of channel there is, and how one is made of what the document says. */
const kinds: Kinds = {
  mail: ({ id, to }, { relay }) =>
    relay === undefined
      ? problemAt('channel', 'mails need SMTP_URL and MAIL_FROM')
      : made(createMailChannel({ ...relay, receiverId: id, recipients: to, rulesetOf })),
  webhook: (receiver, { now }) => {
    const http = httpReceiverOf(receiver, now);
    if (!http.ok) return http;
    const isPrivate = fileOf('secretsFile', receiver.secretsFile, true);
    if (!isPrivate.ok) return isPrivate;
    const read = webhookFields.WEBHOOK_SECRETS_FILE.safeParse(receiver.secretsFile);
    const secrets = read.data;
    if (secrets === undefined)
      return problemAt('secretsFile', read.error?.issues[0]?.message ?? 'not readable');
    return made(createWebhookChannel({ ...http.value, secrets: () => secrets, rulesetOf }));
  },
  slack: (receiver, { now }) => {
    const http = httpReceiverOf(receiver, now);
    return http.ok ? made(createSlackChannel({ ...http.value, rulesetOf })) : http;
  },
  teams: (receiver, { now }) => {
    const http = httpReceiverOf(receiver, now);
    return http.ok ? made(createTeamsChannel({ ...http.value, rulesetOf })) : http;
  },
  pagerduty: (receiver, { now }) => {
    const http = httpReceiverOf(receiver, now, pagerDutyUrl);
    if (!http.ok) return http;
    const key = keyOf('routingKeyFile', receiver.routingKeyFile);
    return key.ok ? made(createPagerDutyChannel({ ...http.value, routingKey: key.value, rulesetOf })) : key;
  },
  syslog: ({ id, host, port, protocol, format, timeoutSeconds, caFile }, { hostname }) => {
    const ca = fileOf('caFile', caFile, false);
    if (!ca.ok) return ca;
    const where = { receiverId: id, host, port, protocol, hostname, timeoutMs: timeoutSeconds * 1_000 };
    return made(createSyslogChannel({ ...where, format, ca: ca.value }));
  },
  ocsf: (receiver, { now }) => {
    const { id, file: path, keptFiles, mostMegabytes, timeoutSeconds } = receiver;
    const onDisk = { keptFiles, maxFileBytes: mostMegabytes * 1_048_576, timeoutMs: timeoutSeconds * 1_000 };
    if (path !== undefined) return made(createOcsfFileChannel({ receiverId: id, path, ...onDisk }));
    const http = httpReceiverOf(receiver, now);
    if (!http.ok) return http;
    if (receiver.tokenFile === undefined)
      return made(createOcsfHttpChannel({ ...http.value, token: undefined }));
    const token = keyOf('tokenFile', receiver.tokenFile);
    return token.ok ? made(createOcsfHttpChannel({ ...http.value, token: token.value })) : token;
  },
};

/** Makes the channel of a receiver. Throws WeirError config_invalid for what only the channel can find out. */
export const channelOf = <Kind extends Receiver['channel']>(
  receiver: Extract<Receiver, { channel: Kind }>,
  context: ChannelContext,
): Made => kinds[receiver.channel](receiver, context);
