import { request as requestPlain } from 'node:http';
import { request as requestTls } from 'node:https';
import type { ClockFacts } from '../judge/judge-clock.ts';

/**
 * The own clock against the Date header of a server. The header has whole seconds,
 * so its middle is meant; the answer may say anything, an error too. Throws what
 * the network says, and where there is no such header.
 */
export async function probeHttpClock(options: {
  readonly url: string;
  readonly ca: string | undefined;
  readonly against: string;
  readonly nowMs: () => number;
}): Promise<ClockFacts> {
  const { url, ca, against, nowMs } = options;
  const { promise, resolve, reject } = Promise.withResolvers<string | undefined>();
  const askedMs = nowMs();
  const send = url.startsWith('https:') ? requestTls : requestPlain;
  const request = send(url, { method: 'HEAD', timeout: 4_000, ...(ca === undefined ? {} : { ca }) });
  request.once('response', (response) => resolve(response.headers.date));
  request.once('timeout', () => request.destroy(new Error('no answer in time')));
  request.once('error', reject);
  request.end();
  try {
    const theirs = Date.parse((await promise) ?? '');
    if (Number.isNaN(theirs)) throw new Error('the answer has no date');
    return { against, aheadMs: (askedMs + nowMs()) / 2 - (theirs + 500) };
  } finally {
    request.destroy();
  }
}
