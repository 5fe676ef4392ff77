import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeTempFolder } from '@weir/testkit';
import { startWorkerProcess } from './worker-process.ts';
import type { WorkerProcess } from './worker-process.ts';

const ingestMain = fileURLToPath(new URL('../../services/ingest/src/main.ts', import.meta.url));
const alertingMain = fileURLToPath(new URL('../../services/alerting/src/main.ts', import.meta.url));
const detectionMain = fileURLToPath(new URL('../../services/detection/src/main.ts', import.meta.url));
const unsealedMain = fileURLToPath(new URL('unsealed-worker.ts', import.meta.url));
const passthroughMain = fileURLToPath(new URL('passthrough-worker.ts', import.meta.url));

type Environment = Readonly<Record<string, string>>;

export type BatchSettings = {
  readonly processes: number;
  readonly batchMaxRecords: number;
  readonly batchLingerMs: number;
};

const batchEnvironment = ({ batchMaxRecords, batchLingerMs }: BatchSettings): Environment => ({
  HTTP_PORT: '0',
  BATCH_MAX_RECORDS: String(batchMaxRecords),
  BATCH_LINGER_MS: String(batchLingerMs),
});

/** Detection as it ships. `nodeArguments` come before its main file. */
export const startDetection = (
  env: Environment,
  settings: BatchSettings,
  nodeArguments: readonly string[] = [],
): WorkerProcess[] =>
  Array.from({ length: settings.processes }, () =>
    startWorkerProcess({
      name: 'detection',
      args: [...nodeArguments, detectionMain],
      env: { ...env, ...batchEnvironment(settings) },
    }),
  );

/** The same composed with an envelope that seals nothing, over the log whose topics begin with TOPIC_PREFIX. */
export const startUnsealedDetection = (env: Environment, settings: BatchSettings): WorkerProcess[] =>
  Array.from({ length: settings.processes }, () =>
    startWorkerProcess({
      name: 'detection',
      args: [unsealedMain],
      env: { ...env, ...batchEnvironment(settings) },
    }),
  );

export type PassthroughTopics = {
  readonly brokers: string;
  readonly input: string;
  readonly output: string;
  readonly groupId: string;
  /** Size of the values it writes. */
  readonly outputBytes: number;
};

export const startPassthrough = (topics: PassthroughTopics, settings: BatchSettings): WorkerProcess[] =>
  Array.from({ length: settings.processes }, () =>
    startWorkerProcess({
      name: 'passthrough',
      args: [passthroughMain],
      env: {
        ...batchEnvironment(settings),
        LOG_LEVEL: 'warn',
        KAFKA_BROKERS: topics.brokers,
        INPUT_TOPIC: topics.input,
        OUTPUT_TOPIC: topics.output,
        GROUP_ID: topics.groupId,
        OUTPUT_BYTES: String(topics.outputBytes),
      },
    }),
  );

/** Ingest, fed by its standard input until that ends. */
export const startIngest = (env: Environment): WorkerProcess =>
  startWorkerProcess({
    name: 'ingest',
    args: [ingestMain],
    takesInput: true,
    env: {
      ...env,
      HTTP_PORT: '0',
      MODE: 'source',
      INPUT_FILE: '-',
      TENANT: 'demo',
      SOURCE: 'bench',
      LEDGER_FILE: join(makeTempFolder('bench-ledger'), 'ledger.json'),
    },
  });

export const startAlerting = (env: Environment): WorkerProcess =>
  startWorkerProcess({ name: 'alerting', args: [alertingMain], env: { ...env, HTTP_PORT: '0' } });
