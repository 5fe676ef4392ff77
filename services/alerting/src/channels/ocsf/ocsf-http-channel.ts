import type { Channel } from '../channel.ts';
import { createHttpChannel } from '../http/http-channel.ts';
import type { HttpReceiver } from '../http/http-channel.ts';
import { findingLines, renderFindings } from './render-findings.ts';

export type OcsfHttpChannelOptions = HttpReceiver & {
  /** Sent as a bearer token: a secret. */
  readonly token: string | undefined;
};

/** Posts OCSF findings, a line of JSON each, to the collector of a SIEM. */
export const createOcsfHttpChannel = (options: OcsfHttpChannelOptions): Channel =>
  createHttpChannel(options, {
    name: 'ocsf',
    minTls: 'TLSv1.2',
    maxParallel: 4,
    requestsOf: ({ notification, deliveryKey }) => [
      {
        headers: {
          'content-type': 'application/x-ndjson',
          'idempotency-key': deliveryKey,
          ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
        },
        body: findingLines(renderFindings(notification, deliveryKey)),
      },
    ],
  });
