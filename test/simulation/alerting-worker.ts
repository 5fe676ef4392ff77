import { streams, WeirError } from '@weir/contracts';
import { backoffDelayMs } from '@weir/runtime';
import type { AlertingParts } from '../../services/alerting/src/alerting-parts.ts';
import { createBatchConsumer } from '../../services/alerting/src/consume-batch.ts';
import type { MailOutcome } from '../../services/alerting/src/mailer.ts';
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
    sealers: { alerts: sealer, rejected: sealer },
    openTransactions: ({ stream, partition }) =>
      kafka.createPartitionTransactions({
        transactionalId: `alerting-${stream}-${partition}`,
        groupId: alertingGroup,
      }),
    render: ({ alert }) => ({ subject: alert.kind, text: JSON.stringify(alert), html: '' }),
    mailer: {
      send: async ({ deliveryKey, text }, recipient): Promise<MailOutcome> => {
        const take = (): MailOutcome => {
          world.mails.push({ deliveryKey, recipient, text });
          return { kind: 'accepted' };
        };
        const away = (): Error => new WeirError('mail_unavailable', 'no answer');
        return process
          .call('mail', 'send', take, away)
          .catch((): MailOutcome => ({ kind: 'unavailable', code: 'ETIMEDOUT', status: undefined }));
      },
    },
    recipients: [recipient],
    limits: { maxRecordsPerRun: 1 + random.below(5), maxParallelMails: 2 },
    observe: { tookOver: () => undefined, mailed: () => undefined, stepDone: () => undefined },
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
