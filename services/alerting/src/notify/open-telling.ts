import type { AlertStore } from '@weir/alert-store';
import type { Opener } from '@weir/envelope';
import type { Logger, Metrics } from '@weir/runtime';
import { startDeliverer } from '../deliver/deliverer.ts';
import { createGoneReceivers } from '../deliver/gone-receivers.ts';
import { createHeldToTold } from '../deliver/held-to-told.ts';
import type { HeldToTold } from '../deliver/held-to-told.ts';
import { createNotificationCache } from '../deliver/notification-cache.ts';
import { createDeliveriesObserver } from '../deliver/observe-deliveries.ts';
import { createOutages } from '../deliver/outages.ts';
import { checkReceivers } from '../receivers/check-receivers.ts';
import type { ChannelContext } from '../receivers/channel-kinds.ts';
import type { LoadedRoutes, RoutesSource } from '../receivers/load-routes.ts';
import { openRoutes } from '../receivers/routes-in-force.ts';
import { createSendTest } from '../receivers/send-test.ts';
import type { SendTest } from '../receivers/send-test.ts';
import type { StoreColumns } from '../store/store-columns.ts';
import type { Clock } from './due-loop.ts';
import { startNotifier } from './notifier.ts';
import { createNotifyObserver } from './observe-notifications.ts';

export type Telling = {
  /** The routing in force. */
  readonly routes: () => LoadedRoutes;
  /** Begins to tell what is due. Until then everything is ready, and nothing is told. */
  readonly start: () => void;
  /** Something joined a group, or deliveries are due again. */
  readonly nudge: () => void;
  /** Reads the document and the secrets anew. Throws WeirError config_invalid, and leaves all as it was. */
  readonly reload: () => void;
  readonly held: HeldToTold['held'];
  readonly sendTest: SendTest;
  /** Rejects with what no waiting helps against. */
  readonly done: Promise<void>;
  /** Starts nothing new and waits for what is under way. */
  readonly stop: () => Promise<void>;
};

/** Everything that tells people: the routing, the notifier, the deliverer and their metrics. Throws WeirError config_invalid. */
export function openTelling(options: {
  readonly store: AlertStore;
  readonly columns: StoreColumns;
  readonly opening: { readonly opener: Opener; readonly environment: string };
  readonly source: RoutesSource;
  readonly context: ChannelContext;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  /** Random UUIDs. */
  readonly newId: () => string;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** A document came into force, the first included. */
  readonly onLoaded: (routes: LoadedRoutes) => void;
}): Telling {
  const { store, columns, opening, clock, random, newId, metrics, log } = options;
  const { environment } = opening;
  const heldToTold = createHeldToTold(metrics);
  const observe = createDeliveriesObserver(metrics, log, heldToTold, clock.now);
  const routes = openRoutes({
    source: options.source,
    context: options.context,
    onLoaded: (loaded) => {
      options.onLoaded(loaded);
      void checkReceivers(loaded.channels, observe.checked);
    },
  });
  const channels = () => routes.current().channels;
  const owner = newId();
  const ended = Promise.withResolvers<void>();
  ended.promise.catch(() => undefined);
  let running: { readonly nudge: () => void; readonly stop: () => Promise<void> } | undefined;

  function start(): void {
    const deliverer = startDeliverer({
      ...{ store, channels, owner, clock, random, observe },
      readNotification: createNotificationCache({ stored: store.notification, columns }),
      gone: createGoneReceivers({ store, channels, owner, now: clock.now }),
      outages: createOutages({
        ...{ store, columns, channels, environment, now: clock.now },
        onOutage: observe.outage,
        onTold: () => deliverer.nudge(),
      }),
    });
    const notifier = startNotifier({
      ...{ store, columns, opening, clock, random },
      routes: routes.current,
      observe: createNotifyObserver(metrics, log),
      onTold: deliverer.nudge,
    });
    for (const loop of [notifier, deliverer]) loop.done.catch(ended.reject);
    running = {
      nudge: () => {
        notifier.nudge();
        deliverer.nudge();
      },
      stop: async () => {
        await notifier.stop();
        await deliverer.stop();
      },
    };
  }

  return {
    routes: routes.current,
    start,
    nudge: () => running?.nudge(),
    reload: () => {
      routes.reload();
      running?.nudge();
    },
    held: heldToTold.held,
    sendTest: createSendTest({ channels, environment, now: clock.now, newId }),
    done: ended.promise,
    stop: async () => {
      await running?.stop();
      routes.close();
      ended.resolve();
    },
  };
}
