import { setTimeout as sleep } from 'node:timers/promises';
import { WeirError } from '@weir/contracts';
import type { StreamName } from '@weir/contracts';
import { createOpener, createSealer } from '@weir/envelope';
import type { Opener, Sealer } from '@weir/envelope';
import { createAwsKeyProvider, withMetrics, withRetry } from '@weir/kms';
import type { kmsFields, Metrics } from '@weir/runtime';
import type { z } from 'zod';

type KmsConfig = z.output<z.ZodObject<typeof kmsFields>>;

/** What every key and every sealed record is bound to besides its environment. */
const app = 'weir';

/** Three tries within about a second: longer outages are the caller's to wait out, with its partition paused. */
const retry = { attempts: 3, baseDelayMs: 100, maxDelayMs: 500 };

export type KmsConnection = {
  /** Opens records of the streams the configuration names keys for; any other key is refused unasked. */
  readonly opener: Opener;
  /** A sealer for one stream, under the first of its keys. Throws WeirError config_invalid where it has none. */
  readonly sealerFor: (stream: StreamName) => Sealer;
  readonly close: () => void;
};

/** Sealing and opening as the configuration describes them. The KMS is asked for nothing before the first record. */
export function connectKms(
  config: KmsConfig & { readonly WEIR_ENVIRONMENT: string },
  metrics: Metrics,
): KmsConnection {
  const environment = config.WEIR_ENVIRONMENT;
  const calls = metrics.counter('kms_requests_total', 'Requests to the KMS, by how they ended.', [
    'operation',
    'outcome',
  ]);
  const aws = createAwsKeyProvider({
    region: config.AWS_REGION,
    requestTimeoutMs: config.KMS_REQUEST_TIMEOUT_MS,
    ...(config.KMS_ENDPOINT === undefined ? {} : { endpoint: config.KMS_ENDPOINT }),
    ...credentialsOf(config),
  });
  const counted = withMetrics(aws, ({ operation, outcome }) => calls.add({ operation, outcome }));
  const keyProvider = withRetry(counted, {
    ...retry,
    sleep: (delayMs) => sleep(delayMs),
    random: Math.random,
  });
  const nowMs = (): number => performance.now();
  const allowed = new Map(Object.entries(config.KMS_KEYS).map(([stream, keys]) => [stream, new Set(keys)]));
  const none: ReadonlySet<string> = new Set();

  const opener = createOpener({
    keyProvider,
    app,
    environment,
    nowMs,
    allowedKeyIds: (stream) => allowed.get(stream) ?? none,
  });
  const sealers: Sealer[] = [];
  return {
    opener,
    sealerFor: (stream) => {
      const keyId = config.KMS_KEYS[stream]?.[0];
      if (keyId === undefined) {
        throw new WeirError('config_invalid', `KMS_KEYS: a key for the stream "${stream}" is needed`);
      }
      const sealer = createSealer({ keyProvider, keyId, app, environment, stream, nowMs });
      sealers.push(sealer);
      return sealer;
    },
    close: () => {
      opener.close();
      for (const sealer of sealers) sealer.close();
      aws.close();
    },
  };
}

function credentialsOf(config: KmsConfig): {
  credentials?: { accessKeyId: string; secretAccessKey: string };
} {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = config;
  if (accessKeyId === undefined || secretAccessKey === undefined) return {};
  return { credentials: { accessKeyId, secretAccessKey } };
}
