import { join } from 'node:path';
import { nodeMain } from '@weir/local';
import { makeTempFolder } from '@weir/testkit';
import type { BenchSettings } from './settings.ts';
import { startWorkerProcess } from './worker-process.ts';
import type { WorkerProcess } from './worker-process.ts';

// Run as `npm start` runs them, with the same arguments to Node.
const ingestMain = nodeMain('services/ingest/src/main.ts');
const alertingMain = nodeMain('services/alerting/src/main.ts');
const notaryMain = nodeMain('services/notary/src/main.ts');
const detectionMain = nodeMain('services/detection/src/main.ts');
const unsealedMain = nodeMain('test/bench/unsealed-worker.ts');
const passthroughMain = nodeMain('test/bench/passthrough-worker.ts');

type Environment = Readonly<Record<string, string>>;

export type DetectionSettings = Pick<
  BenchSettings,
  'processes' | 'batchMaxRecords' | 'batchLingerMs' | 'overridden' | 'nodeArguments'
>;

/** Nothing of what ships unless an option said otherwise. */
const batchEnvironment = (settings: DetectionSettings): Environment => ({
  ...(settings.overridden.includes('batchMaxRecords')
    ? { BATCH_MAX_RECORDS: String(settings.batchMaxRecords) }
    : {}),
  ...(settings.overridden.includes('batchLingerMs')
    ? { BATCH_LINGER_MS: String(settings.batchLingerMs) }
    : {}),
});

/** What preloading gave accounts is in no log, and would be taken for damage by whoever compares the two. */
const unverified: Environment = { VERIFY_INTERVAL_MS: '0' };

/** Further arguments to Node; of an option that is given twice V8 takes the last. */
const withArguments = (main: readonly string[], more: readonly string[]): string[] =>
  main.toSpliced(-1, 0, ...more);

/** Detection as it ships. `nodeArguments` are given to Node besides. */
export const startDetection = (
  env: Environment,
  settings: DetectionSettings,
  nodeArguments: readonly string[] = [],
): WorkerProcess[] =>
  Array.from({ length: settings.processes }, () =>
    startWorkerProcess({
      name: 'detection',
      args: withArguments(detectionMain, [...settings.nodeArguments, ...nodeArguments]),
      env: { ...env, ...unverified, ...batchEnvironment(settings), HTTP_PORT: '0' },
    }),
  );

/** The same composed with an envelope that seals nothing, over the log whose topics begin with TOPIC_PREFIX. */
export const startUnsealedDetection = (env: Environment, settings: DetectionSettings): WorkerProcess[] =>
  Array.from({ length: settings.processes }, () =>
    startWorkerProcess({
      name: 'detection',
      args: withArguments(unsealedMain, settings.nodeArguments),
      env: { ...env, ...unverified, ...batchEnvironment(settings), HTTP_PORT: '0' },
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

/** What the sweep of the passthrough varies. */
export type PassthroughBatching = {
  readonly batchMaxRecords: number;
  readonly batchLingerMs: number;
  /** The most a fetch brings of one partition; undefined: what it brings detection. */
  readonly maxBytesPerPartition?: number;
};

export const startPassthrough = (
  topics: PassthroughTopics,
  { processes, nodeArguments }: Pick<BenchSettings, 'processes' | 'nodeArguments'>,
  { batchMaxRecords, batchLingerMs, maxBytesPerPartition }: PassthroughBatching,
): WorkerProcess[] =>
  Array.from({ length: processes }, () =>
    startWorkerProcess({
      name: 'passthrough',
      args: withArguments(passthroughMain, nodeArguments),
      env: {
        HTTP_PORT: '0',
        LOG_LEVEL: 'warn',
        KAFKA_BROKERS: topics.brokers,
        INPUT_TOPIC: topics.input,
        OUTPUT_TOPIC: topics.output,
        GROUP_ID: topics.groupId,
        OUTPUT_BYTES: String(topics.outputBytes),
        BATCH_MAX_RECORDS: String(batchMaxRecords),
        BATCH_LINGER_MS: String(batchLingerMs),
        ...(maxBytesPerPartition === undefined
          ? {}
          : { MAX_BYTES_PER_PARTITION: String(maxBytesPerPartition) }),
      },
    }),
  );

/** Ingest, fed by its standard input until that ends. */
export const startIngest = (
  env: Environment,
  { nodeArguments }: Pick<BenchSettings, 'nodeArguments'>,
): WorkerProcess =>
  startWorkerProcess({
    name: 'ingest',
    args: withArguments(ingestMain, nodeArguments),
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

/** Without it nobody may import a list. */
export const startNotary = (env: Environment): WorkerProcess =>
  startWorkerProcess({ name: 'notary', args: notaryMain, env: { ...env, HTTP_PORT: '0' } });

/** Reads a file and publishes it as the next version of a list, as `weir lists import` does. */
export const startListImport = (env: Environment, list: string, file: string): WorkerProcess =>
  startWorkerProcess({
    name: 'import-list',
    args: ingestMain,
    env: {
      ...{ ...env, HTTP_PORT: '0', MODE: 'import-list', INPUT_FILE: file, TENANT: 'demo' },
      ...{ LIST: list, LIST_OF: 'counterparty', LIST_ACT: 'replace', ACTING_PERSON: 'bench' },
    },
  });

export const startAlerting = (
  env: Environment,
  { nodeArguments }: Pick<BenchSettings, 'nodeArguments'>,
): WorkerProcess =>
  startWorkerProcess({
    name: 'alerting',
    args: withArguments(alertingMain, nodeArguments),
    env: { ...env, HTTP_PORT: '0' },
  });
