import { WeirError } from '@weir/contracts';
import { createAddressGuard, createPoster } from '@weir/outbound';
import type { DeliveryOutcome } from '@weir/outbound';
import type { Receiver, ReceiverBook } from './receivers.ts';

/** Where batches go, one after the other. */
export type DriveReceiver = {
  /** Hands a batch over, within its time or until the signal. Never throws. */
  readonly post: (idempotencyKey: string, body: Buffer, signal: AbortSignal) => Promise<DeliveryOutcome>;
  readonly close: () => void;
};

/**
 * Opens the receiver of a run, as its files say now. Throws WeirError receiver_unavailable where there is none: what
 * was taken away while a replay ran may come back, and it goes on then.
 */
export function openReceiver(book: Pick<ReceiverBook, 'find' | 'problemOf'>, name: string): DriveReceiver {
  const problem = book.problemOf(name);
  const receiver = problem === undefined ? book.find(name) : undefined;
  if (receiver === undefined)
    throw new WeirError('receiver_unavailable', `the receiver ${name} can not be used: ${problem ?? ''}`);
  return connect(receiver);
}

function connect({ url, allow, token, ca, timeoutMs }: Receiver): DriveReceiver {
  const poster = createPoster({
    ...{ url, timeoutMs, ca, maxConnections: 1, minTls: 'TLSv1.2' },
    guard: createAddressGuard(allow),
    now: Date.now,
  });
  const headers = {
    'content-type': 'application/cloudevents-batch+json; charset=utf-8',
    'user-agent': 'Weir',
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  };
  return {
    post: (idempotencyKey, body, signal) =>
      poster.post(
        // A structured string, as draft-ietf-httpapi-idempotency-key-header has it.
        { ...headers, 'idempotency-key': `"${idempotencyKey}"` },
        body,
        AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      ),
    close: poster.close,
  };
}
