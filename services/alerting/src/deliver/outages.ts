import { createHash } from 'node:crypto';
import type { Delivery } from '@weir/alerts';
import type { AlertRows, AlertStore } from '@weir/alert-store';
import type { Channel, DeliveryOutcome } from '../channels/channel.ts';
import type { Notification } from '../notification.ts';
import { notificationCell } from '../store/store-columns.ts';
import type { StoreColumns } from '../store/store-columns.ts';
import { deliveriesTo } from './deliveries-to.ts';
import { encodeNotification } from './notification-cache.ts';

/** A receiver that takes nothing for so long is told about to others. A dead letter is told of at once. */
const failingForMs = 300_000;

/** Who refuses some of what it gets, and takes the rest, is told of so often at most. */
const tellEveryMs = 3_600_000;

/** What is kept of a target: since when it fails, null where it is well; and when others were told last. */
type Outage = { readonly sinceMs: number | null; readonly toldAtMs: number | null };

/** Of one that fails, when others are told: once, and not soon after they were. Undefined where it is well, or they were. */
function toldDueAtMs({ sinceMs, toldAtMs }: Outage, hasDeadLetter: boolean): number | undefined {
  if (sinceMs === null || (toldAtMs !== null && toldAtMs >= sinceMs)) return undefined;
  const dueAtMs = hasDeadLetter ? 0 : sinceMs + failingForMs;
  return toldAtMs === null ? dueAtMs : Math.max(dueAtMs, toldAtMs + tellEveryMs);
}

/** A receiver, and the name of its channel: it may be no more in the document. */
export type FailingChannel = { readonly receiverId: string; readonly name: string };

/** Its channel is well, so it is told as well: by its new name or address. */
const leftDocument: ReadonlySet<string | null> = new Set(['receiver_unknown', 'target_unknown']);

export type Outages = {
  /** What came of an attempt, once it is settled. Throws WeirError store_unavailable. */
  readonly note: (delivery: Delivery, outcome: DeliveryOutcome) => Promise<void>;
  /** Tells of those that have failed for long enough. Answers when to look again; undefined where nothing fails. */
  readonly tell: () => Promise<number | undefined>;
};

/** A space is in no receiver's id, so this is nobody's rate. */
const stateId = (name: string): string => `outage ${name}`;
const nameOf = ({ receiverId, target }: Pick<Delivery, 'receiverId' | 'target'>): string =>
  `${receiverId} ${target}`;

/**
 * Watches what becomes of deliveries, and tells every receiver of another channel when one can't be
 * reached, or all of them when one, or an address of it, has left the document while something waited for it: once per outage, whichever process sees it and however often one is restarted, since the
 * outage stands in the store. It ends with the first delivery that its target takes. Outages that follow one
 * another are told an hour apart.
 */
export function createOutages(options: {
  readonly store: Pick<AlertStore, 'transaction' | 'counts'>;
  readonly columns: Pick<StoreColumns, 'seal'>;
  readonly channels: () => ReadonlyMap<string, Channel>;
  readonly environment: string;
  readonly now: () => number;
  /** `told`: how many others hear of it; where it is none, only metrics and logs say that nobody is told. */
  readonly onOutage: (channel: FailingChannel, told: number) => void;
  /** Deliveries were written. */
  readonly onTold: () => void;
}): Outages {
  const { store, now } = options;
  /** By receiver and target, what this process knows of the store; null where it is known to be well. */
  const known = new Map<string, (Outage & { readonly last: Delivery }) | null>();

  async function change(
    name: string,
    change: (outage: Outage | null) => Outage | null,
  ): Promise<Outage | null> {
    return store.transaction(async (rows) => {
      const before = await readOutage(rows, name);
      const after = change(before);
      if (after !== before) await rows.saveReceiverState(stateId(name), after);
      return after;
    });
  }

  async function tellOf(name: string, last: Delivery): Promise<void> {
    const { receiverId } = last;
    const isGone = leftDocument.has(last.lastCode);
    // Whoever takes a receiver out of the document knows that it fails, but not what still waits for it.
    if (!isGone && !options.channels().has(receiverId)) return void known.delete(name);
    const channel: FailingChannel = { receiverId, name: last.channel };
    const sinceMs = known.get(name)?.sinceMs ?? now();
    const others = [...options.channels().values()].filter((other) => isGone || other.name !== channel.name);
    const nowMs = now();
    const notification = outageNotification({
      channel,
      sinceMs,
      nowMs,
      target: last.target,
      code: last.lastCode ?? 'unknown',
      waiting: await waitingFor(store, channel),
      environment: options.environment,
    });
    const { notificationId } = notification;
    const [sealed = new Uint8Array()] = await options.columns.seal([
      { ...notificationCell(notification), plaintext: encodeNotification(notification) },
    ]);
    const deliveries = others.flatMap((other) =>
      deliveriesTo(other, {
        notificationId,
        reason: 'channel_failing',
        deliveryKey: `${notificationId}-1-${other.receiverId}`,
        nowMs,
      }),
    );
    let isMine = false;
    const outage = await store.transaction(async (rows) => {
      const before = await readOutage(rows, name);
      isMine = before?.sinceMs === sinceMs && (toldDueAtMs(before, true) ?? Infinity) <= nowMs;
      if (!isMine) return before;
      if (deliveries.length > 0)
        await rows.addNotification(
          { notificationId, groupId: notification.groupKey, alertIds: [], createdAtMs: nowMs, sealed },
          deliveries,
        );
      // By the clock of another process it may have begun later than now.
      const told: Outage = { sinceMs, toldAtMs: Math.max(nowMs, sinceMs) };
      await rows.saveReceiverState(stateId(name), told);
      return told;
    });
    known.set(name, outage === null || outage.sinceMs === null ? null : { ...outage, last });
    if (!isMine) return;
    options.onOutage(channel, others.length);
    if (deliveries.length > 0) options.onTold();
  }

  return {
    async note(delivery, outcome) {
      const name = nameOf(delivery);
      if (outcome.kind === 'accepted') {
        // Before the first, an earlier process may have left an outage behind; and another one, with what it tried.
        if (known.get(name) !== null || delivery.attempts > 1)
          await change(name, (found) =>
            found === null || found.sinceMs === null ? found : { ...found, sinceMs: null },
          );
        known.set(name, null);
        return;
      }
      const before = known.get(name) ?? undefined;
      const begun = (found: Outage | null): Outage =>
        found === null || found.sinceMs === null
          ? { sinceMs: Math.max(now(), (found?.toldAtMs ?? -1) + 1), toldAtMs: found?.toldAtMs ?? null }
          : found;
      const outage = before ?? (await change(name, begun));
      if (outage === null) return;
      const { sinceMs, toldAtMs } = outage;
      known.set(name, { sinceMs, toldAtMs, last: delivery });
      if ((toldDueAtMs(outage, delivery.state === 'failed') ?? Infinity) <= now())
        await tellOf(name, delivery);
    },
    async tell() {
      let nextAtMs: number | undefined;
      for (const [name, outage] of known) {
        const dueAtMs = outage === null ? undefined : toldDueAtMs(outage, outage.last.state === 'failed');
        if (outage === null || dueAtMs === undefined) continue;
        if (dueAtMs <= now()) await tellOf(name, outage.last);
        else nextAtMs = Math.min(nextAtMs ?? dueAtMs, dueAtMs);
      }
      return nextAtMs;
    },
  };
}

const readOutage = async (rows: AlertRows, name: string): Promise<Outage | null> =>
  ((await rows.receiverState(stateId(name))) ?? null) as Outage | null;

async function waitingFor(store: Pick<AlertStore, 'counts'>, channel: FailingChannel): Promise<number> {
  const { deliveries } = await store.counts();
  return deliveries
    .filter((one) => one.channel === channel.name && one.state === 'due')
    .reduce((sum, { count }) => sum + count, 0);
}

function outageNotification(outage: {
  readonly channel: FailingChannel;
  readonly target: string;
  readonly sinceMs: number;
  readonly nowMs: number;
  readonly waiting: number;
  readonly code: string;
  readonly environment: string;
}): Notification {
  const { channel, target, sinceMs, nowMs } = outage;
  const { receiverId } = channel;
  const named = `channel_failing ${receiverId} ${target}`;
  const notificationId = createHash('sha256').update(`${named} ${sinceMs}`).digest('hex');
  return {
    notificationId,
    reason: 'channel_failing',
    environment: outage.environment,
    createdAtMs: nowMs,
    threadId: notificationId,
    routeId: 'channel_failing',
    groupKey: named,
    alerts: [],
    alertCount: 0,
    transactionCount: 0,
    accountCount: 0,
    moreAlertIds: [],
    cases: [],
    next: [],
    failing: { receiverId, channel: channel.name, sinceMs, waiting: outage.waiting, code: outage.code },
  };
}
