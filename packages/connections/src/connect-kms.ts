import { setTimeout as sleep } from 'node:timers/promises';
import { sealedStreamNames, WeirError } from '@weir/contracts';
import type { SealedStream } from '@weir/contracts';
import { createOpener, createSealer } from '@weir/envelope';
import type { Opener, Sealer } from '@weir/envelope';
import { createAwsKeyProvider, withMetrics, withRetry } from '@weir/kms';
import type { KmsAccess } from '@weir/kms';
import type { KeyProvider } from '@weir/envelope';
import { kmsKeysOf, readKmsKeysFile } from '@weir/runtime';
import type { Health, kmsFields, KmsKeys, Metrics } from '@weir/runtime';
import type { z } from 'zod';

type KmsConfig = z.output<z.ZodObject<typeof kmsFields>>;

/** What every key and every sealed record is bound to besides its environment. */
const app = 'weir';

/** Three tries within about a second: longer outages are the caller's to wait out, with its partition paused. */
const retry = { attempts: 3, baseDelayMs: 100, maxDelayMs: 500 };

const noKeys: ReadonlySet<string> = new Set();

export type KmsConnection = {
  /** Opens records of the streams the configuration names keys for; any other key is refused unasked. */
  readonly opener: Opener;
  /** A sealer for one stream, under the first of its keys. Throws WeirError config_invalid where it has none. */
  readonly sealerFor: (stream: SealedStream) => Sealer;
  /**
   * Reads KMS_KEYS_FILE again, rolls every sealer over to a new data key under the key that seals
   * now, and has the opener ask again for each key. Batches under way just go on. Throws WeirError
   * config_invalid for a file that can't be taken or has lost a stream: the keys stay as they were,
   * the sealers roll over under them, and `problems` says so until a later file is taken.
   */
  readonly reload: () => void;
  /** Empty unless the last reload refused its file. */
  readonly problems: () => Health;
  readonly close: () => void;
};

/** Sealing and opening as the configuration describes them. The KMS is asked for nothing before the first record. */
export function connectKms(
  config: KmsConfig & { readonly WEIR_ENVIRONMENT: string },
  metrics: Metrics,
): KmsConnection {
  const environment = config.WEIR_ENVIRONMENT;
  const { keyProvider, close } = connectKeyProvider(config, metrics);
  const observe = observeReloads(metrics);
  const nowMs = (): number => performance.now();
  let keys = kmsKeysOf(config);
  let allowed = allowListOf(keys);
  let isFileRefused = false;

  const opener = createOpener({
    keyProvider,
    app,
    environment,
    nowMs,
    allowedKeyIds: (stream) => allowed.get(stream) ?? noKeys,
  });
  const sealers: { readonly stream: SealedStream; readonly sealer: Sealer }[] = [];

  const takeKeys = (): void => {
    if (config.KMS_KEYS_FILE === undefined) return;
    const next = readKmsKeysFile(config.KMS_KEYS_FILE.path);
    // Whoever only opens a stream would take every record of it for foreign, and reject it.
    for (const stream of sealedStreamNames) if (keys[stream] !== undefined) sealingKeyOf(next, stream);
    keys = next;
    allowed = allowListOf(next);
  };

  return {
    opener,
    sealerFor: (stream) => {
      const keyId = sealingKeyOf(keys, stream);
      const sealer = createSealer({ keyProvider, keyId, app, environment, stream, nowMs });
      sealers.push({ stream, sealer });
      return sealer;
    },
    reload: () => {
      isFileRefused = true;
      try {
        takeKeys();
        isFileRefused = false;
      } finally {
        for (const { stream, sealer } of sealers) sealer.rollOver(sealingKeyOf(keys, stream));
        opener.forget();
        observe(isFileRefused);
      }
    },
    problems: () => (isFileRefused ? [{ part: 'keys', reason: 'file_refused' }] : []),
    close: () => {
      opener.close();
      for (const { sealer } of sealers) sealer.close();
      close();
    },
  };
}

/** How to reach the KMS, for what is done there besides sealing and opening. */
export const kmsAccessOf = (config: KmsConfig): KmsAccess => ({
  region: config.AWS_REGION,
  caPem: config.KMS_TLS_CA_FILE,
  ...(config.KMS_ENDPOINT === undefined ? {} : { endpoint: config.KMS_ENDPOINT }),
  ...credentialsOf(config),
});

function connectKeyProvider(
  config: KmsConfig,
  metrics: Metrics,
): { readonly keyProvider: KeyProvider; readonly close: () => void } {
  const calls = metrics.counter('kms_requests_total', 'Requests to the KMS, by how they ended.', [
    'operation',
    'outcome',
  ]);
  const aws = createAwsKeyProvider({
    ...kmsAccessOf(config),
    requestTimeoutMs: config.KMS_REQUEST_TIMEOUT_MS,
  });
  const counted = withMetrics(aws, ({ operation, outcome }) => calls.add({ operation, outcome }));
  const keyProvider = withRetry(counted, {
    ...retry,
    sleep: (delayMs) => sleep(delayMs),
    random: Math.random,
  });
  return { keyProvider, close: aws.close };
}

/** From the start on both are there to be read, so that a command can compare before and after. */
function observeReloads(metrics: Metrics): (isFileRefused: boolean) => void {
  const rollOvers = metrics.counter(
    'kms_roll_overs_total',
    'How often this process was told to take new data keys and to read its file of keys again.',
    [],
  );
  const refused = metrics.gauge(
    'kms_keys_file_refused',
    '1 where the file of keys was refused when it was read last, and older keys are in use.',
    [],
  );
  rollOvers.add({}, 0);
  refused.set({}, 0);
  return (isFileRefused) => {
    rollOvers.add({});
    refused.set({}, isFileRefused ? 1 : 0);
  };
}

const allowListOf = (keys: KmsKeys): ReadonlyMap<string, ReadonlySet<string>> =>
  new Map(Object.entries(keys).map(([stream, arns]) => [stream, new Set(arns)]));

function sealingKeyOf(keys: KmsKeys, stream: SealedStream): string {
  const keyId = keys[stream]?.[0];
  if (keyId !== undefined) return keyId;
  throw new WeirError('config_invalid', `KMS_KEYS: a key for the stream "${stream}" is needed`);
}

function credentialsOf(config: KmsConfig): {
  credentials?: { accessKeyId: string; secretAccessKey: string };
} {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = config;
  if (accessKeyId === undefined || secretAccessKey === undefined) return {};
  return { credentials: { accessKeyId, secretAccessKey } };
}
