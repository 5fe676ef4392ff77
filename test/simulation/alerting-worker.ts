import { streams, WeirError } from '@weir/contracts';
import { backoffDelayMs } from '@weir/runtime';
import type { AlertingParts } from '../../services/alerting/src/alerting-parts.ts';
import { deliveryKeyOf } from '../../services/alerting/src/alert-ids.ts';
import type { Channel, DeliveryOutcome } from '../../services/alerting/src/channel.ts';
import { createBatchConsumer } from '../../services/alerting/src/consume-batch.ts';
import { plainEnvelope } from './plain-envelope.ts';
import type { SimProcess } from './scheduler.ts';
import type { SimWorker } from './sim-worker.ts';
import { alertingGroup, environment, linkOf } from './world.ts';
import type { World } from './world.ts';

/** Whom alerts are sent to. */
export const recipient = 'analyst@example.org';

const topics = [streams.held.topic, streams.rejected.topic];

/** Starts alerting as its main.ts does; its relay is the receiver's list of mails. */
export const startAlerting = async (world: World, process: SimProcess): Promise<SimWorker> => {
  const kafka = world.kafka.connect(linkOf(world, process));
  const { sealer, opener } = plainEnvelope(process, world.kms, world.random);
  const { random } = world;
  const parts: AlertingParts = {
    opening: { opener, environment },
    sealers: { alerts: sealer, rejected: sealer, intake: sealer },
    openTransactions: ({ stream, partition }) =>
      kafka.createPartitionTransactions({
        transactionalId: `alerting-${stream}-${partition}`,
        groupId: alertingGroup,
      }),
    channels: [mailChannel(world, process)],
    limits: { maxRecordsPerRun: 1 + random.below(5) },
    observe: {
      tookOver: () => undefined,
      delivered: () => undefined,
      gaveUp: () => undefined,
      stepDone: () => undefined,
    },
  };
  const batches = createBatchConsumer({
    parts,
    backoffMs: (failures) =>
      backoffDelayMs(failures, { baseDelayMs: 500, maxDelayMs: 5_000, random: random.unit }),
    onRetry: () => undefined,
    onProgress: () => undefined,
    onRelease: () => undefined,
  });
  const ended = Promise.withResolvers<void>();
  const consumer = await kafka.runConsumer({
    groupId: alertingGroup,
    topics,
    readCommitted: true,
    partitionsConsumedConcurrently: world.partitions * topics.length,
    sessionTimeoutMs: world.sessionTimeoutMs,
    onBatch: batches.onBatch,
    onRevoked: batches.release,
    onCrash: ended.reject,
  });
  return {
    ended: ended.promise,
    stop: async () => {
      await consumer.stop();
      await batches.close();
    },
  };
};

/** A relay that notes each mail it takes, under its delivery key. */
const mailChannel = (world: World, process: SimProcess): Channel => ({
  name: 'mail',
  maxParallel: 2,
  mostRefusals: Number.POSITIVE_INFINITY,
  deliveriesOf: ({ alert }) => {
    const deliveryKey = deliveryKeyOf(alert, 'mail');
    const take = (): DeliveryOutcome => {
      world.mails.push({ deliveryKey, recipient, text: JSON.stringify(alert) });
      return { kind: 'accepted' };
    };
    const away = (): Error => new WeirError('mail_unavailable', 'no answer');
    const send = (): Promise<DeliveryOutcome> =>
      process
        .call('mail', 'send', take, away)
        .catch((): DeliveryOutcome => ({ kind: 'unavailable', code: 'ETIMEDOUT', status: undefined }));
    return [{ alertId: alert.alertId, name: deliveryKey, send }];
  },
  check: async () => ({ kind: 'accepted' }),
  close: () => undefined,
});
