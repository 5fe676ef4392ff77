import { randomUUID } from 'node:crypto';
import { createAuditRecorder } from '@weir/audit';
import type { AuditRecorder } from '@weir/audit';
import { z } from 'zod';
import { connectKafka, connectKms } from '@weir/connections';
import type { KmsConnection } from '@weir/connections';
import type { KafkaClient } from '@weir/kafka';
import { readRoleEnvironment } from '@weir/local';
import {
  checkKafkaFields,
  checkKmsFields,
  createLogger,
  createMetrics,
  kafkaFields,
  kmsFields,
  loadConfig,
  workerFields,
} from '@weir/runtime';

import { CommandError, exitCodes } from '../exit-codes.ts';
import { notRunningSentence, runningStack } from '../local/stack-session.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const opsConfig = z
  .object({ ...kafkaFields, ...kmsFields, WEIR_ENVIRONMENT: workerFields.WEIR_ENVIRONMENT })
  .check(checkKafkaFields)
  .check(checkKmsFields);

/** What a command that looks at the pipeline works with: it reads and opens, and writes nothing but what the audit trail is told. */
export type Ops = {
  readonly kafka: KafkaClient;
  readonly opener: KmsConnection['opener'];
  readonly environment: string;
  /** Tells the notary what is done by the command. Throws WeirError config_invalid where ops has no key for it. */
  readonly recorder: () => AuditRecorder;
  readonly close: () => Promise<void>;
};

/**
 * Connects in the role of ops: as the environment says where it names keys
 * (KMS_KEYS, KMS_KEYS_FILE), else to the local stack. Throws CommandError where none runs.
 */
export function connectOps(env: Environment, home: string): Ops {
  const config = loadConfig(opsConfig, opsEnvironment(env, home), { secrets: [] });
  const log = createLogger({ service: 'weir', level: 'fatal' });
  const kms = connectKms(config, createMetrics({ service: 'weir' }));
  const kafka = connectKafka(config, `weir-${config.WEIR_ENVIRONMENT}-ops`, log);
  const recorders: AuditRecorder[] = [];
  return {
    kafka,
    opener: kms.opener,
    environment: config.WEIR_ENVIRONMENT,
    recorder: () => {
      const recorder = createAuditRecorder({
        kafka,
        sealer: kms.sealerFor('intake'),
        environment: config.WEIR_ENVIRONMENT,
        source: '/weir/cli',
        nowMs: Date.now,
        newId: randomUUID,
      });
      recorders.push(recorder);
      return recorder;
    },
    close: async () => {
      for (const recorder of recorders) await recorder.close();
      await kafka.close();
      kms.close();
    },
  };
}

/** Whether a command was told of a pipeline of its own, which then is not the local stack. */
export const namesKeys = (env: Environment): boolean => Boolean(env['KMS_KEYS'] ?? env['KMS_KEYS_FILE']);

/** What ops is configured with: the command's own environment where it names keys, else the local stack's. */
export function opsEnvironment(env: Environment, home: string): Environment {
  if (namesKeys(env)) return env;
  if (runningStack(home) !== undefined) return readRoleEnvironment(home, 'ops');
  throw new CommandError(exitCodes.notRunning, notRunningSentence);
}
