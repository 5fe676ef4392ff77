import { openAlertStore } from '@weir/alert-store';
import type { AlertStore } from '@weir/alert-store';
import { connectKafka, connectKms } from '@weir/connections';
import type { Logger, Metrics } from '@weir/runtime';
import type { AlertingConfig } from '../config.ts';
import { createOutboxSealer } from '../store/outbox-records.ts';
import { createStoreColumns } from '../store/store-columns.ts';

export type Connections = Awaited<ReturnType<typeof openConnections>>;

/** Everything outside that alerting works with. Throws what can't be reached or used. */
export async function openConnections(config: AlertingConfig, log: Logger, metrics: Metrics) {
  const environment = config.WEIR_ENVIRONMENT;
  const kms = connectKms(config, metrics);
  const kafka = connectKafka(config, `weir-${environment}-alerting`, log);
  const store = await openStore(config);
  const alerts = kms.sealerFor('alerts');
  const intake = kms.sealerFor('intake');
  const outboxGroupId = `weir-${environment}-alerting-outbox`;
  return {
    ...{ environment, kms, kafka, store, outboxGroupId },
    opening: { opener: kms.opener, environment },
    auditSealer: intake,
    columns: createStoreColumns({ sealer: alerts, opener: kms.opener, environment }),
    sealOutbox: createOutboxSealer({
      environment,
      sealers: {
        ...{ alerts, intake },
        rejected: kms.sealerFor('rejected'),
        outcomes: kms.sealerFor('outcomes'),
        releases: kms.sealerFor('releases'),
      },
    }),
    /** The transactions of the outbox: one transactional id for the environment, whichever process. */
    openOutbox: () =>
      kafka.createPartitionTransactions({
        transactionalId: outboxGroupId,
        groupId: outboxGroupId,
      }),
    close: async (): Promise<void> => {
      await store.close();
      await kafka.close();
      kms.close();
    },
  };
}

function openStore(config: AlertingConfig): Promise<AlertStore> {
  const { STORE_DIR: folder, DATABASE_URL: databaseUrl = '', DATABASE_CA_FILE: caFile } = config;
  const server = { url: databaseUrl, ...(caFile === undefined ? {} : { caFile }) };
  return openAlertStore(folder === undefined ? server : { folder }, {
    environment: config.WEIR_ENVIRONMENT,
  });
}
