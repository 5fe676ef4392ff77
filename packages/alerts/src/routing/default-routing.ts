import { routingDocument } from './document.ts';
import type { Routing } from './document.ts';

/** Where alerts go as long as nobody has written a routing document: as the environment says. */
export type DefaultReceivers = {
  /** Mail addresses, 1 to 10; empty where no mail is sent. */
  readonly mailTo: readonly string[];
  readonly webhook?: {
    readonly url: string;
    readonly secretsFile: string;
    readonly timeoutSeconds?: number;
    readonly allowPrivate?: readonly string[];
    readonly caFile?: string;
  };
};

/**
 * All of it to everybody, grouped by account: critical alerts at once, the others after 10 seconds. Throws
 * where nobody would be told.
 */
export function defaultRouting({ mailTo, webhook }: DefaultReceivers): Routing {
  const receivers = [
    ...(mailTo.length === 0 ? [] : [{ id: 'mail', channel: 'mail', to: mailTo }]),
    ...(webhook === undefined ? [] : [{ id: 'webhook', channel: 'webhook', ...webhook }]),
  ];
  const told = {
    to: receivers.map(({ id }) => id),
    groupBy: 'account',
    updateMinutes: 15,
    repeat: { afterMinutes: 240, factor: 2, mostMinutes: 1_440, times: 4 },
  };
  return routingDocument.parse({
    receivers,
    routes: [
      { id: 'critical', match: { severityAtLeast: 'critical' }, ...told, waitSeconds: 0 },
      { id: 'all', ...told, waitSeconds: 10 },
    ],
  });
}
