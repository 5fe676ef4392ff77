import { resolve } from 'node:path';

const files = ['KAFKA_TLS_CA_FILE', 'KAFKA_TLS_CERT_FILE', 'KAFKA_TLS_KEY_FILE'] as const;
const redisFiles = ['REDIS_TLS_CA_FILE', 'REDIS_TLS_CERT_FILE', 'REDIS_TLS_KEY_FILE'] as const;
const texts = ['KAFKA_SASL_MECHANISM', 'KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD'] as const;
const webhookFiles = ['WEBHOOK_SECRETS_FILE', 'WEBHOOK_CA_FILE'] as const;
const alertsFiles = ['ROUTES_FILE', 'DATABASE_CA_FILE'] as const;
const alertsTexts = ['DATABASE_URL', 'RELEASE_ALONE_UP_TO'] as const;
const webhookTexts = ['WEBHOOK_URL', 'WEBHOOK_TIMEOUT_MS', 'WEBHOOK_ALLOW_PRIVATE'] as const;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * How the user's own Kafka lets a client in, as they set it. Paths become
 * absolute: a command may act in a role from another folder.
 */
export function kafkaAccessOf(env: Environment): Readonly<Record<string, string>> {
  return { ...given(env, files, resolve), ...given(env, texts, (text) => text) };
}

/** The same of the user's own Redis. */
export function redisAccessOf(env: Environment): Readonly<Record<string, string>> {
  return given(env, redisFiles, resolve);
}

/** Where the user wants alerts posted to, besides the mails; nothing where they don't. */
export function webhookAccessOf(env: Environment): Readonly<Record<string, string>> {
  return { ...given(env, webhookFiles, resolve), ...given(env, webhookTexts, (text) => text) };
}

/** Who is told of alerts, where they are kept, and from which amount on two have to let a transaction go, as the user set it. */
export function alertsAccessOf(env: Environment): Readonly<Record<string, string>> {
  return { ...given(env, alertsFiles, resolve), ...given(env, alertsTexts, (text) => text) };
}

function given(
  env: Environment,
  names: readonly string[],
  use: (value: string) => string,
): Readonly<Record<string, string>> {
  const set = names.flatMap((name) => {
    const value = env[name];
    return value === undefined || value === '' ? [] : [[name, use(value)] as const];
  });
  return Object.fromEntries(set);
}
