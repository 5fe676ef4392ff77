import { createHash } from 'node:crypto';
import type { TestedAnswer } from '@weir/contracts';
import type { Channel, DeliveryOutcome } from '../channels/channel.ts';
import type { Notification } from '../notification.ts';
import { sampleNotification } from './sample-notification.ts';

export type SendTest = (receiver: string | undefined) => Promise<TestedAnswer['receivers'] | undefined>;

type Tested = TestedAnswer['receivers'][number];

/**
 * Sends a sample to one receiver, or to all, past the store: what comes of it is answered and nothing is
 * tried again. Answers undefined where no receiver has the name. Never throws.
 */
export function createSendTest(options: {
  readonly channels: () => ReadonlyMap<string, Channel>;
  readonly environment: string;
  readonly now: () => number;
  /** Random UUIDs: no two samples are doubles of each other. */
  readonly newId: () => string;
}): SendTest {
  return async (receiver) => {
    const channels = [...options.channels().values()].filter(
      ({ receiverId }) => receiver === undefined || receiverId === receiver,
    );
    if (receiver !== undefined && channels.length === 0) return undefined;
    const notificationId = createHash('sha256').update(`test ${options.newId()}`).digest('hex');
    const notification = sampleNotification({
      notificationId,
      environment: options.environment,
      nowMs: options.now(),
    });
    return (await Promise.all(channels.map((channel) => sendTo(channel, notification)))).flat();
  };
}

/** One target after the other: a sample is in no hurry. */
async function sendTo(channel: Channel, notification: Notification): Promise<readonly Tested[]> {
  const { receiverId, name, targets } = channel;
  const tested: Tested[] = [];
  for (const target of targets) {
    const deliveryKey = `${notification.notificationId}-1-${receiverId}`;
    const outcome = await channel.send({ deliveryKey, target, notification });
    tested.push({ receiver: receiverId, channel: name, target, ...resultOf(outcome) });
  }
  return tested;
}

const resultOf = (outcome: DeliveryOutcome): Pick<Tested, 'result' | 'code' | 'status'> =>
  outcome.kind === 'accepted'
    ? { result: 'accepted', code: null, status: null }
    : { result: outcome.kind, code: outcome.code, status: outcome.status ?? null };
