import type { DeliveryChannel } from '@weir/contracts';
import { createAddressGuard, createPoster } from '@weir/outbound';
import type { PosterOptions } from '@weir/outbound';
import type { Channel, DeliveryOutcome, OutgoingMessage } from '../channel.ts';

/** What every receiver that is posted to needs. `url` is often a secret: it is never logged and in no error. */
export type HttpReceiver = {
  readonly receiverId: string;
  readonly url: string;
  readonly timeoutMs: number;
  /** Addresses that may be private: host names, addresses and networks. */
  readonly allow: readonly string[];
  /** The authorities of the receiver's certificate (PEM); the public ones where not set. */
  readonly ca: string | undefined;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** How a name is looked up; the system's way where not set. */
  readonly lookup?: NonNullable<PosterOptions['lookup']>;
};

/** One request of a delivery. */
export type HttpRequest = {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
};

/**
 * A channel that posts JSON. What it posts is rendered by `requestsOf`; where a message is several
 * requests, it counts as taken once all of them were, and all are sent again until then: so each carries
 * something that its receiver drops doubles by.
 */
export function createHttpChannel(
  receiver: HttpReceiver,
  kind: {
    readonly name: DeliveryChannel;
    readonly minTls: PosterOptions['minTls'];
    readonly maxParallel: number;
    readonly requestsOf: (message: OutgoingMessage) => readonly HttpRequest[];
  },
): Channel {
  const { receiverId, timeoutMs, ca, now, lookup } = receiver;
  const poster = createPoster({
    url: new URL(receiver.url),
    guard: createAddressGuard(receiver.allow),
    maxConnections: kind.maxParallel,
    timeoutMs,
    ca,
    minTls: kind.minTls,
    now,
    ...(lookup === undefined ? {} : { lookup }),
  });
  return {
    receiverId,
    name: kind.name,
    maxParallel: kind.maxParallel,
    timeoutMs,
    targets: ['-'],
    send: async (message) => {
      const signal = AbortSignal.timeout(timeoutMs);
      const outcomes = await Promise.all(
        kind.requestsOf(message).map(({ headers, body }) => poster.post(jsonHeaders(headers), body, signal)),
      );
      return worstOf(outcomes);
    },
    check: poster.check,
    close: poster.close,
  };
}

const jsonHeaders = (headers: HttpRequest['headers']): HttpRequest['headers'] => ({
  'content-type': 'application/json',
  'user-agent': 'Weir',
  ...headers,
});

/** As long as one of several may be taken later, all are tried again; only then is a refusal final. */
function worstOf(outcomes: readonly DeliveryOutcome[]): DeliveryOutcome {
  const away = outcomes.filter((outcome) => outcome.kind === 'unavailable');
  const [longest] = away.toSorted((one, other) => (other.retryAfterMs ?? 0) - (one.retryAfterMs ?? 0));
  return longest ?? outcomes.find(({ kind }) => kind === 'refused') ?? { kind: 'accepted' };
}

/** The bytes of a body. */
export const jsonBody = (body: unknown): Buffer => Buffer.from(JSON.stringify(body), 'utf8');
