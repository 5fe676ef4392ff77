import { randomUUID } from 'node:crypto';
import { createAuditRecorder } from '@weir/audit';
import { connectKafka, connectKms, kmsAccessOf } from '@weir/connections';
import { createAwsSigner } from '@weir/kms';
import type { Logger, Metrics } from '@weir/runtime';
import type { ReplayConfig } from '../config.ts';
import { createReplaySeals } from '../store/seals.ts';

export type Connections = ReturnType<typeof openConnections>;

/** Everything outside that replay works with. Nothing is asked before it is needed. */
export function openConnections(config: ReplayConfig, log: Logger, metrics: Metrics) {
  const environment = config.WEIR_ENVIRONMENT;
  const kms = connectKms(config, metrics);
  const kafka = connectKafka(config, `weir-${environment}-replay`, log);
  const signer = createAwsSigner({ access: kmsAccessOf(config), keyId: config.REPLAY_SIGNING_KEY });
  const auditSealer = kms.sealerFor('intake');
  const recorder = createAuditRecorder({
    kafka,
    sealer: auditSealer,
    environment,
    source: '/weir/replay',
    nowMs: Date.now,
    newId: randomUUID,
  });
  return {
    ...{ environment, kms, kafka, signer, auditSealer, recorder },
    seals: createReplaySeals({ sealer: kms.sealerFor('replay'), opener: kms.opener, environment }),
    close: async (): Promise<void> => {
      await recorder.close();
      await kafka.close();
      signer.close();
      kms.close();
    },
  };
}
