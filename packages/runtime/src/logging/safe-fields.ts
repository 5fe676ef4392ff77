import { isPseudonymOf } from '@weir/contracts';
import { isRedactedConfig, type RedactedConfig } from '../config/redact-config.ts';
import { describeError } from './describe-error.ts';
import { scrubText } from './scrub-text.ts';

/** A value of the wrong shape is replaced by this, so that a mistake is seen and its content is not. */
const refused = '[refused]';

/** Numbers from here on have as many digits as a card number. */
const tooManyDigits = 1_000_000_000_000;

/** At least one letter, because digits alone could be anybody's numbers in a row. */
const idShape = /^(?=.*[a-f])([0-9a-f]{32,64}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** Each shape lets a value through in a form that may be printed, or refuses it. */
const shapes = {
  /** A count, size, position or length of time. */
  number: (value: number | bigint): unknown => {
    if (typeof value !== 'number' && typeof value !== 'bigint') return refused;
    if (typeof value === 'number' && !Number.isFinite(value)) return refused;
    if (value >= tooManyDigits || value <= -tooManyDigits) return refused;
    return typeof value === 'bigint' ? String(value) : value;
  },
  /** An offset, which Kafka's client gives as text. */
  offset: (value: number | bigint | string): unknown =>
    typeof value === 'string' && /^-?\d{1,12}$/.test(value) ? value : shapes.number(value as number),
  flag: (value: boolean): unknown => (typeof value === 'boolean' ? value : refused),
  /** One of a closed set of codes: broker_unavailable, ECONNREFUSED, SIGTERM. */
  code: (value: string): unknown => matching(value, /^[A-Za-z][A-Za-z0-9_]{0,63}$/),
  /** The name of a part of the system: a topic, a group, a host, an artefact version. It has no spaces, so no person's full name fits. */
  name: (value: string): unknown => matching(value, /^[A-Za-z0-9[][A-Za-z0-9._:@/[\]-]{0,199}$/),
  /** A hash in lower-case hex or a UUID: longer than any account number in letters a to f and digits. */
  id: (value: string): unknown => (typeof value === 'string' && idShape.test(value) ? value : refused),
  /** What stands for an account where its number may not: an HMAC in base64url. */
  pseudonym: (value: string): unknown => (isPseudonymOf('account', value) ? value : refused),
  keyArn: (value: string): unknown =>
    typeof value === 'string' && /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[a-f0-9-]{36}$/.test(value)
      ? value
      : refused,
  config: (value: RedactedConfig): unknown => (isRedactedConfig(value) ? scrubDeep(value) : refused),
  error: (value: unknown): unknown => describeError(value),
};

type ShapeName = keyof typeof shapes;

/**
 * Every field a log line may have. Nothing else is printed, whoever passes it:
 * a new field is a line here, and its shape says why it can't hold a payload,
 * an account, a card number or a person's name.
 */
const safeFields = {
  topic: 'name',
  partition: 'number',
  offset: 'offset',
  fromOffset: 'offset',
  toOffset: 'offset',
  storedPosition: 'offset',
  publishedPosition: 'offset',
  endOffset: 'offset',
  count: 'number',
  cleared: 'number',
  held: 'number',
  rejected: 'number',
  duplicates: 'number',
  partitions: 'number',
  attempt: 'number',
  attempts: 'number',
  lagRecords: 'number',
  durationMs: 'number',
  delayMs: 'number',
  revision: 'number',
  sizeBytes: 'number',
  port: 'number',
  status: 'number',
  exitCode: 'number',
  ready: 'flag',
  code: 'code',
  reason: 'code',
  recovery: 'code',
  state: 'code',
  outcome: 'code',
  signal: 'code',
  host: 'name',
  tenant: 'name',
  source: 'name',
  path: 'name',
  groupId: 'name',
  transactionalId: 'name',
  stream: 'name',
  artefact: 'name',
  channel: 'name',
  receiver: 'name',
  part: 'name',
  replayId: 'name',
  logId: 'id',
  alertId: 'id',
  notificationId: 'id',
  dekId: 'id',
  accountPseudonym: 'pseudonym',
  keyArn: 'keyArn',
  config: 'config',
  error: 'error',
} as const satisfies Record<string, ShapeName>;

/** Fields of a log line. The names are closed and so are their shapes. */
export type LogFields = {
  readonly [Name in keyof typeof safeFields]?:
    Parameters<(typeof shapes)[(typeof safeFields)[Name]]>[0] | undefined;
};

/**
 * What may be printed of the fields given. Types keep strangers out where they
 * can; a spread object or a cast gets past them, so this looks again. Strangers
 * are counted and not named, since a name can be taken from a payload too.
 */
export function printableFields(fields: LogFields): Record<string, unknown> {
  const printable: Record<string, unknown> = {};
  let droppedFields = 0;
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    if (Object.hasOwn(safeFields, name)) {
      const shape: (value: never) => unknown = shapes[safeFields[name as keyof typeof safeFields]];
      printable[name] = shape(value as never);
    } else {
      droppedFields += 1;
    }
  }
  return droppedFields === 0 ? printable : { ...printable, droppedFields };
}

function matching(value: unknown, shape: RegExp): string {
  return typeof value === 'string' && shape.test(value) ? scrubText(value) : refused;
}

function scrubDeep(value: unknown): unknown {
  if (typeof value === 'string') return scrubText(value);
  if (Array.isArray(value)) return value.map(scrubDeep);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [scrubText(name), scrubDeep(inner)]),
  );
}
