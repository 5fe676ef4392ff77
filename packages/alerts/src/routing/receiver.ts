import { slug } from '@weir/contracts';
import { z } from 'zod';

const file = z.string().min(1).max(4_096);
const seconds = z.int().min(1).max(60).describe('How long one attempt may take');

/** The most notifications in so many minutes. */
const rateLimit = z.strictObject({
  most: z.int().min(2).max(1_000).describe('So many notifications, summaries included'),
  perMinutes: z.int().min(1).max(1_440).describe('In so many minutes'),
});
export type RateLimit = z.infer<typeof rateLimit>;

const any = {
  id: slug.describe('The name that routes tell it by, and deliveries carry'),
  rateLimit: rateLimit
    .optional()
    .describe(
      'What is over it is told as one summary; 12 in 10 minutes by default, 600 of those that no person reads',
    ),
  closings: z
    .boolean()
    .optional()
    .describe(
      'Whether it is told too that an alert is closed: at once, whatever is silent, and beside its rate limit; by default of pagerduty, webhook and ocsf, where that ends something',
    ),
};

const http = {
  url: z.string().min(1).max(2_048).optional().describe('Where it is posted; https, or http to this machine'),
  urlFile: file.optional().describe('A file with the URL alone, where the URL is a secret'),
  timeoutSeconds: seconds.default(5),
  allowPrivate: z
    .array(z.string().min(1).max(255))
    .max(32)
    .default([])
    .describe('Host names, addresses or networks (CIDR) that may be private'),
  caFile: file.optional().describe('Certificate authorities (PEM) instead of the public ones'),
};

const { url: _url, ...secretHttp } = http;

const secretUrlFile = file.describe('A file with the URL of the incoming webhook alone: it is a secret');

const mailbox = /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/;

export const receiver = z.discriminatedUnion('channel', [
  z.strictObject({
    ...any,
    channel: z.literal('mail'),
    to: z.array(z.string().regex(mailbox)).min(1).max(10).describe('Mail addresses'),
  }),
  z.strictObject({
    ...any,
    channel: z.literal('webhook'),
    ...http,
    secretsFile: file.describe('1 to 4 lines, each `whsec_` and base64: each signs'),
  }),
  z.strictObject({ ...any, channel: z.literal('slack'), ...secretHttp, urlFile: secretUrlFile }),
  z.strictObject({ ...any, channel: z.literal('teams'), ...secretHttp, urlFile: secretUrlFile }),
  z.strictObject({
    ...any,
    channel: z.literal('pagerduty'),
    ...http,
    routingKeyFile: file.describe('The integration key of the service'),
  }),
  z.strictObject({
    ...any,
    channel: z.literal('syslog'),
    host: z.string().min(1).max(255).describe('Name or address'),
    port: z.int().min(1).max(65_535).default(6_514).describe('Its port'),
    protocol: z
      .enum(['tls', 'tcp'])
      .default('tls')
      .describe('tcp, which is not encrypted, to this machine alone'),
    format: z.enum(['cef', 'rfc5424']).default('cef').describe('How an alert is written in the message'),
    timeoutSeconds: seconds.default(5),
    caFile: http.caFile,
  }),
  z.strictObject({
    ...any,
    channel: z.literal('ocsf'),
    ...http,
    tokenFile: file.optional().describe('Sent as a bearer token'),
    file: file
      .optional()
      .describe('A file that findings are added to, a line of JSON each, instead of posting them'),
    mostMegabytes: z
      .int()
      .min(1)
      .max(1_024)
      .default(64)
      .describe('A larger file is put aside under a number'),
    keptFiles: z.int().min(1).max(100).default(10).describe('So many are kept aside'),
  }),
]);
export type Receiver = z.infer<typeof receiver>;

/** Where an alert opens something that stays open until it is said to be over. */
const ending: ReadonlySet<Receiver['channel']> = new Set(['pagerduty', 'webhook', 'ocsf']);

/** Whether a receiver is told that an alert is closed. */
export const isToldOfClosing = ({ closings, channel }: Receiver): boolean => closings ?? ending.has(channel);
