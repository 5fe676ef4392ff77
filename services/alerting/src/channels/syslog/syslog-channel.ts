import { connect as connectTcp, isIP } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import {
  AddressRefused,
  createAddressGuard,
  guardedLookup,
  isLoopbackHost,
  outcomeOfError,
  ownNetworks,
  tlsCiphers,
  tryConnection,
} from '@weir/outbound';
import type { LookupAll } from '@weir/outbound';
import type { Channel, DeliveryOutcome } from '../channel.ts';
import { renderSyslog } from './render-syslog.ts';
import type { SyslogFormat } from './render-syslog.ts';
import { syslogFrame } from './rfc5424.ts';

/**
 * How long nothing ends after the last message: a receiver that reads hangs up only behind the end. One that
 * did before, as a balancer with nothing behind it, has taken nothing.
 */
const lingerMs = 250;
/** How long a receiver that doesn't hang up after the end is waited for; a quarter of a short time-out. */
const hangUpMs = 1_000;

export type SyslogChannelOptions = {
  readonly receiverId: string;
  readonly host: string;
  readonly port: number;
  /** `tcp`, which is not encrypted, to this machine alone. */
  readonly protocol: 'tls' | 'tcp';
  readonly format: SyslogFormat;
  /** What stands as HOSTNAME: this machine's name. */
  readonly hostname: string;
  readonly timeoutMs: number;
  /** The authorities of the receiver's certificate (PEM); the public ones where not set. */
  readonly ca: string | undefined;
  /** How a name is looked up; the system's way where not set. */
  readonly lookup?: LookupAll;
};

/**
 * Sends messages of RFC 5424 over TLS (RFC 5425), each after its length. Syslog has no answers, so each
 * delivery has a connection of its own, which is closed after it and counts as taken once the receiver has
 * closed its end behind that: it has then read all of it. One that never hangs up is believed after a second.
 */
export function createSyslogChannel(options: SyslogChannelOptions): Channel {
  const { receiverId, host, port, protocol, format, hostname, timeoutMs, ca } = options;
  // A relay stands in the own network: what the operator named may be private, and never link-local.
  const guard = createAddressGuard(isIP(host) === 0 ? [host] : ownNetworks);
  const refuses = (name: string, address: string): boolean =>
    guard.refuses(name, address) || (protocol === 'tcp' && !isLoopbackHost(address));
  const lookup = guardedLookup(refuses, options.lookup);
  const refusesHost = isIP(host) !== 0 && refuses(host, host);
  const open = (): Socket =>
    protocol === 'tcp'
      ? connectTcp({ host, port, lookup })
      : connectTls({
          ...{ host, port, lookup, rejectUnauthorized: true, minVersion: 'TLSv1.2', ciphers: tlsCiphers },
          ...(isIP(host) === 0 ? { servername: host } : {}),
          ...(ca === undefined ? {} : { ca }),
        });
  const ready = protocol === 'tcp' ? 'connect' : 'secureConnect';
  return {
    receiverId,
    name: 'syslog',
    maxParallel: 2,
    timeoutMs,
    targets: ['-'],
    send: async ({ notification, deliveryKey }) => {
      if (refusesHost) return outcomeOfError(new AddressRefused(), undefined);
      const messages = renderSyslog(notification, { format, hostname, deliveryKey });
      return deliver(open(), ready, Buffer.concat(messages.map(syslogFrame)), timeoutMs);
    },
    check: async () =>
      refusesHost
        ? outcomeOfError(new AddressRefused(), undefined)
        : tryConnection(open(), ready, AbortSignal.timeout(timeoutMs)),
    close: () => undefined,
  };
}

function deliver(
  socket: Socket,
  ready: 'connect' | 'secureConnect',
  bytes: Buffer,
  timeoutMs: number,
): Promise<DeliveryOutcome> {
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(timeoutMs);
    let timer: NodeJS.Timeout | undefined;
    let hasEnded = false;
    const settle = (outcome: DeliveryOutcome): void => {
      signal.removeEventListener('abort', onAbort);
      clearTimeout(timer);
      socket.destroy();
      resolve(outcome);
    };
    const onAbort = (): void => settle(outcomeOfError(new Error('timeout'), signal));
    signal.addEventListener('abort', onAbort);
    const end = (): void => {
      hasEnded = true;
      socket.end(() => {
        timer = setTimeout(() => settle({ kind: 'accepted' }), Math.min(hangUpMs, timeoutMs / 4));
      });
    };
    socket.once(ready, () => {
      socket.write(bytes, () => {
        if (!socket.destroyed) timer = setTimeout(end, lingerMs);
      });
    });
    // Whatever a receiver may say is not looked at, but has to be read for its end to be seen.
    socket.resume();
    socket.once('end', () =>
      settle(
        hasEnded ? { kind: 'accepted' } : { kind: 'unavailable', code: 'ECONNRESET', status: undefined },
      ),
    );
    socket.on('error', (error) => settle(outcomeOfError(error, signal)));
  });
}
