import type { Ruleset } from '@weir/rules';
import type { Channel } from '../channel.ts';
import { createHttpChannel, jsonBody } from '../http/http-channel.ts';
import type { HttpReceiver } from '../http/http-channel.ts';
import { renderPagerDuty } from './render-pagerduty.ts';
import type { PagerDutyEvent } from './render-pagerduty.ts';

/** Where events go, but for accounts of the European service region. */
export const pagerDutyUrl = 'https://events.pagerduty.com/v2/enqueue';

export type PagerDutyChannelOptions = HttpReceiver & {
  /** The integration key of a service: a secret. */
  readonly routingKey: string;
  readonly rulesetOf: (ref: string) => Ruleset | undefined;
};

/** So many incidents that were resolved are remembered: more are not closed while a delivery waits. */
const mostResolved = 10_000;

/**
 * Sends events to PagerDuty's Events API v2. A delivery of several alerts is several events, which count
 * as taken once all of them were; each is dropped where it repeats, by its dedup_key. PagerDuty takes events
 * as they come, so one that was away while its alert was closed would call people to what is over: it is
 * left out, as long as this channel remembers.
 */
export function createPagerDutyChannel(options: PagerDutyChannelOptions): Channel {
  const isOver = createIsOver();
  return createHttpChannel(options, {
    name: 'pagerduty',
    minTls: 'TLSv1.2',
    maxParallel: 4,
    requestsOf: ({ notification, deliveryKey }) =>
      renderPagerDuty(notification, {
        deliveryKey,
        routingKey: options.routingKey,
        rulesetOf: options.rulesetOf,
      })
        .filter((event) => !isOver(event, notification.createdAtMs))
        .map((event) => ({ headers: {}, body: jsonBody(event) })),
  });
}

/** Says of an event whether something told later has resolved its incident. */
function createIsOver(): (event: PagerDutyEvent, toldAtMs: number) => boolean {
  const resolved = new Map<string, number>();
  return ({ dedup_key: key, event_action: action }, toldAtMs) => {
    if ((resolved.get(key) ?? -Infinity) > toldAtMs) return true;
    if (action !== 'resolve') return false;
    resolved.delete(key);
    resolved.set(key, toldAtMs);
    const [oldest] = resolved.keys();
    if (resolved.size > mostResolved && oldest !== undefined) resolved.delete(oldest);
    return false;
  };
}
