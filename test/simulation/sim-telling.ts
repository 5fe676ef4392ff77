import { WeirError } from '@weir/contracts';
import type { AlertStore } from '@weir/alert-store';
import type { Opener } from '@weir/envelope';
import type { Channel, DeliveryOutcome } from '../../services/alerting/src/channels/channel.ts';
import { startDeliverer } from '../../services/alerting/src/deliver/deliverer.ts';
import { createGoneReceivers } from '../../services/alerting/src/deliver/gone-receivers.ts';
import { createNotificationCache } from '../../services/alerting/src/deliver/notification-cache.ts';
import { createOutages } from '../../services/alerting/src/deliver/outages.ts';
import type { Clock, DueLoop } from '../../services/alerting/src/notify/due-loop.ts';
import { startNotifier } from '../../services/alerting/src/notify/notifier.ts';
import type { StoreColumns } from '../../services/alerting/src/store/store-columns.ts';
import type { SimProcess } from './scheduler.ts';
import { environment } from './world.ts';
import type { World } from './world.ts';

/** Who is told: a relay that notes each mail it takes, under its delivery key. */
const receiverId = 'mail';

/** Notes a message, and answers as a relay does that may be away. */
export const sendTo =
  (world: World, process: SimProcess): Channel['send'] =>
  ({ deliveryKey, target, notification }) => {
    const take = (): DeliveryOutcome => {
      const alertIds = notification.alerts.map(({ alert }) => alert.alertId);
      world.messages.push({
        ...{ deliveryKey, target },
        alertIds: [...alertIds, ...notification.moreAlertIds],
        content: JSON.stringify(notification),
      });
      return { kind: 'accepted' };
    };
    const away = (): Error => new WeirError('broker_unavailable', 'no answer');
    return process
      .call('mail', 'send', take, away)
      .catch((): DeliveryOutcome => ({ kind: 'unavailable', code: 'ETIMEDOUT', status: undefined }));
  };

const channelOf = (send: Channel['send']): Channel => ({
  receiverId,
  name: 'mail',
  maxParallel: 2,
  timeoutMs: 1_000,
  targets: ['-'],
  send,
  check: async () => ({ kind: 'accepted' }),
  close: () => undefined,
});

/** The notifier and the deliverer of a process. */
export function startTelling(
  world: World,
  process: SimProcess,
  parts: {
    readonly store: AlertStore;
    readonly columns: StoreColumns;
    readonly opening: { readonly opener: Opener; readonly environment: string };
    readonly clock: Clock;
    readonly send: Channel['send'];
  },
): readonly DueLoop[] {
  const { store, columns, opening, clock } = parts;
  const { unit: random } = world.random;
  const channels = new Map([[receiverId, channelOf(parts.send)]]);
  const owner = process.name;
  const deliverer = startDeliverer({
    ...{ store, clock, random, owner },
    channels: () => channels,
    readNotification: createNotificationCache({ stored: store.notification, columns }),
    gone: createGoneReceivers({ store, channels: () => channels, owner, now: clock.now }),
    outages: createOutages({
      ...{ store, columns, environment, now: clock.now },
      channels: () => channels,
      onOutage: () => undefined,
      onTold: () => deliverer.nudge(),
    }),
    observe: {
      attempted: () => undefined,
      left: () => undefined,
      leaseLost: () => undefined,
      waiting: () => undefined,
    },
  });
  const notifier = startNotifier({
    ...{ store, columns, opening, clock, random },
    routes: () => ({ routing: world.routing, channels }),
    observe: { told: () => undefined, dropped: () => undefined, waiting: () => undefined },
    onTold: deliverer.nudge,
  });
  return [notifier, deliverer];
}
