import { createHash } from 'node:crypto';

/** Configuration that may be printed. Only redactConfig makes it, and the logger prints nothing else as configuration. */
export type RedactedConfig = { readonly [redactedBrand]: true };
declare const redactedBrand: unique symbol;

const secretsOf = new WeakMap<object, ReadonlySet<string>>();
const redactedConfigs = new WeakSet<object>();

/** Ties a loaded configuration to the names of its secrets, so that no caller has to repeat them. */
export function rememberSecrets<Config extends object>(config: Config, secrets: ReadonlySet<string>): Config {
  secretsOf.set(config, secrets);
  return config;
}

/**
 * A configuration for printing at start: secrets as `[set]`, URLs without user
 * name, password, query and fragment, and the text of a file, such as a
 * certificate, as the digest that tells it from another. Throws TypeError for anything but the
 * very object loadConfig returned, because a copy's secrets are not known.
 */
export function redactConfig(config: object): RedactedConfig {
  const secrets = secretsOf.get(config);
  if (secrets === undefined) throw new TypeError('redactConfig takes only what loadConfig returned.');
  const redacted = Object.fromEntries(
    Object.entries(config)
      .filter(([, value]) => value !== undefined)
      .map(([variable, value]) => [variable, secrets.has(variable) ? '[set]' : printable(value)]),
  );
  redactedConfigs.add(redacted);
  return redacted as unknown as RedactedConfig;
}

/** True for what redactConfig made, whatever its type claims. */
export function isRedactedConfig(value: unknown): value is RedactedConfig {
  return typeof value === 'object' && value !== null && redactedConfigs.has(value);
}

function printable(value: unknown): unknown {
  if (typeof value === 'string') return value.includes('\n') ? digestOf(value) : withoutUserinfo(value);
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return value;
  if (typeof value === 'bigint') return String(value);
  if (Array.isArray(value)) return value.map(printable);
  if (isPlainObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, printable(inner)]));
  }
  // Key objects, buffers and functions have no printable form that is surely harmless.
  return '[not shown]';
}

const digestOf = (text: string): string => `[SHA-256 ${createHash('sha256').update(text).digest('hex')}]`;

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function withoutUserinfo(text: string): string {
  if (!text.includes('://')) return text;
  const parsed = URL.parse(text);
  // Several hosts in one URL and lists of URLs don't parse, or parse with a password in the host or path.
  const rest = parsed === null ? '@' : `${parsed.host}${parsed.pathname}`;
  if (parsed === null || /[@,]|:\/\//.test(rest)) return '[URL not shown]';
  return `${parsed.protocol}//${rest}`;
}
