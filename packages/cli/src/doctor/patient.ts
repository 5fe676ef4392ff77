import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { roles } from '@weir/contracts';
import type { Role } from '@weir/contracts';
import { readRoleEnvironment } from '@weir/local';
import {
  checkKafkaFields,
  checkKmsFields,
  checkRedisFields,
  count,
  kafkaFields,
  kmsFields,
  loadConfig,
  redisFields,
  textFile,
  url,
  workerFields,
} from '@weir/runtime';
import { z } from 'zod';

type Environment = Readonly<Record<string, string | undefined>>;

const groupId = (name: string) =>
  z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,100}$/)
    .default(name);

/** The workers' own variables, as far as the doctor looks at what they point to. */
const roleConfig = z
  .object({
    ...kafkaFields,
    ...kmsFields,
    ...redisFields,
    REDIS_URL: redisFields.REDIS_URL.optional(),
    WEIR_ENVIRONMENT: workerFields.WEIR_ENVIRONMENT,
    DETECTION_GROUP_ID: groupId('weir-detection'),
    ALERTING_GROUP_ID: groupId('weir-alerting'),
    NOTARY_GROUP_ID: groupId('weir-notary'),
    REPLICATION_FACTOR: count(3, { min: 1, max: 100 }).removeDefault().optional(),
    SMTP_URL: url(['smtp', 'smtps']).optional(),
    WEBHOOK_URL: url(['https', 'http']).optional(),
    WEBHOOK_CA_FILE: textFile().optional(),
    DOOR_TOKENS_FILE: z.string().optional(),
    DOOR_HOST: z.string().optional(),
    DOOR_PORT: z
      .string()
      .regex(/^\d{1,5}$/)
      .optional(),
    API_TOKENS_FILE: z.string().optional(),
    API_TLS_CERT_FILE: z.string().optional(),
    API_HOST: z.string().optional(),
    API_PORT: z
      .string()
      .regex(/^\d{1,5}$/)
      .optional(),
    AUDIT_SIGNING_KEY: z.string().optional(),
    REPLAY_SIGNING_KEY: z.string().optional(),
  })
  .check(checkKafkaFields)
  .check(checkKmsFields)
  .check(checkRedisFields);

export type RoleConfig = Readonly<z.output<typeof roleConfig>>;

/** What the doctor looks at: the local stack of a home in all its roles, or what one role's environment points to. */
export type Patient = {
  /** The home of the local stack; undefined where the environment says what is looked at. */
  readonly home: string | undefined;
  readonly roles: ReadonlyMap<Role, RoleConfig>;
};

export const readRoleConfig = (env: Environment): RoleConfig => loadConfig(roleConfig, env, { secrets: [] });

/**
 * Whom to look at: what the environment says where it names keys (KMS_KEYS or
 * KMS_KEYS_FILE), in the given role; else the local stack in every role it was
 * started with, which is none before its first start. Throws WeirError config_invalid.
 */
export function findPatient(env: Environment, home: string, role: Role): Patient {
  if (env['KMS_KEYS'] || env['KMS_KEYS_FILE'])
    return { home: undefined, roles: new Map([[role, readRoleConfig(env)]]) };
  const started = roles.filter((name) => existsSync(join(home, 'keys', `${name}.env.json`)));
  return {
    home,
    roles: new Map(started.map((name) => [name, readRoleConfig(readRoleEnvironment(home, name))])),
  };
}

/** The first configuration that has the variable, and its value. */
export function configWith<Name extends keyof RoleConfig>(
  { roles: configs }: Patient,
  name: Name,
): { readonly config: RoleConfig; readonly value: NonNullable<RoleConfig[Name]> } | undefined {
  for (const config of configs.values()) {
    const value = config[name];
    if (value !== undefined) return { config, value: value };
  }
  return undefined;
}

const loopback = /^(127(\.\d{1,3}){3}|localhost|\[?::1\]?)$/;

/** Whether every one of the addresses (host, host:port or URL) is this machine. */
export const isLoopback = (addresses: readonly string[]): boolean =>
  addresses.every((address) => {
    const host = URL.parse(address)?.hostname || address.replace(/:\d+$/, '');
    return loopback.test(host);
  });

/** The role that reads streams: ops where there is one, else the only one there is. */
export const readingRole = ({ roles }: Patient): Role | undefined =>
  roles.has('ops') ? 'ops' : [...roles.keys()][0];
