import { join } from 'node:path';
import { nodeMain } from '@weir/local';
import { makeTempFolder } from '@weir/testkit';
import { startWorkerProcess } from './worker-process.ts';
import type { WorkerProcess } from './worker-process.ts';

// Run as `npm start` runs them, with the same arguments to Node.
const ingestMain = nodeMain('services/ingest/src/main.ts');
const alertingMain = nodeMain('services/alerting/src/main.ts');
const detectionMain = nodeMain('services/detection/src/main.ts');
const unsealedMain = nodeMain('test/bench/unsealed-worker.ts');
const passthroughMain = nodeMain('test/bench/passthrough-worker.ts');

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

/** What preloading gave accounts is in no log, and would be taken for damage by whoever compares the two. */
const unverified: Environment = { VERIFY_INTERVAL_MS: '0' };

/** Detection as it ships. `nodeArguments` are given to Node besides. */
export const startDetection = (
  env: Environment,
  settings: BatchSettings,
  nodeArguments: readonly string[] = [],
): WorkerProcess[] =>
  Array.from({ length: settings.processes }, () =>
    startWorkerProcess({
      name: 'detection',
      args: [...nodeArguments, ...detectionMain],
      env: { ...env, ...unverified, ...batchEnvironment(settings) },
    }),
  );

/** The same composed with an envelope that seals nothing, over the log whose topics begin with TOPIC_PREFIX. */
export const startUnsealedDetection = (env: Environment, settings: BatchSettings): WorkerProcess[] =>
  Array.from({ length: settings.processes }, () =>
    startWorkerProcess({
      name: 'detection',
      args: unsealedMain,
      env: { ...env, ...unverified, ...batchEnvironment(settings) },
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
      args: passthroughMain,
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
    args: ingestMain,
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
  startWorkerProcess({ name: 'alerting', args: alertingMain, env: { ...env, HTTP_PORT: '0' } });
