import { resolve } from 'node:path';

const files = ['KAFKA_TLS_CA_FILE', 'KAFKA_TLS_CERT_FILE', 'KAFKA_TLS_KEY_FILE'] as const;
const texts = ['KAFKA_SASL_MECHANISM', 'KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD'] as const;

/**
 * How the user's own Kafka lets a client in, as they set it. Paths become
 * absolute: a command may act in a role from another folder.
 */
export function kafkaAccessOf(
  env: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  const given = (name: string, use: (value: string) => string): [string, string][] => {
    const value = env[name];
    return value === undefined || value === '' ? [] : [[name, use(value)]];
  };
  return Object.fromEntries([
    ...files.flatMap((name) => given(name, (path) => resolve(path))),
    ...texts.flatMap((name) => given(name, (value) => value)),
  ]);
}
