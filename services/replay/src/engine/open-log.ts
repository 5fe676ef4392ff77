import type { ErrorCode } from '@weir/contracts';
import { WeirError } from '@weir/contracts';
import { readKekRef } from '@weir/envelope';
import type { KafkaRecord } from '@weir/kafka';
import { decodeAll } from '@weir/verdicts';
import type { Decoded } from '@weir/verdicts';
import type { ReplayParts } from './replay-parts.ts';

/** What the KMS says of a key that nobody will open a record by soon: it isn't there, or not for us. */
const lostKeyCodes: ReadonlySet<ErrorCode> = new Set([
  'kms_denied',
  'kms_key_not_found',
  'kms_key_disabled',
  'kms_key_pending_deletion',
]);

/** A record of the log as far as it could be opened; the key that keeps it closed where it could not. */
export type OpenedRecord = {
  readonly record: KafkaRecord;
  readonly decoded: Decoded | { readonly kind: 'closed'; readonly offset: number; readonly keyRef: string };
};

type Opening = Pick<ReplayParts, 'opener' | 'environment'>;

/** Opens records of one partition of the log. Those under a key that can't be used any more keep no other closed. */
export async function openLog(
  { opener, environment }: Opening,
  logId: string,
  records: readonly KafkaRecord[],
): Promise<OpenedRecord[]> {
  const opened = await openByKey(records, (some) =>
    decodeAll({ opening: { opener, environment } }, { logId }, some),
  );
  return records.map((record, index) => {
    const one = opened[index] as Decoded | ClosedByKey;
    return { record, decoded: 'closedBy' in one ? closed(record, one) : one };
  });
}

const closed = ({ offset }: KafkaRecord, { closedBy }: ClosedByKey) =>
  ({ kind: 'closed', offset, keyRef: closedBy }) as const;

/** Of a record that can't be opened: the key that keeps it closed. */
export type ClosedByKey = { readonly closedBy: string };

/** Has records opened all together; where one of their keys can't be used any more, key by key. In order. */
export async function openByKey<Opened>(
  records: readonly KafkaRecord[],
  open: (some: readonly KafkaRecord[]) => Promise<readonly Opened[]>,
): Promise<readonly (Opened | ClosedByKey)[]> {
  try {
    return await open(records);
  } catch (error) {
    if (!isLostKey(error)) throw error;
  }
  const opened = new Map<KafkaRecord, Opened | ClosedByKey>();
  for (const [closedBy, some] of Map.groupBy(records, keyOf)) {
    const answers = await open(some).catch((error: unknown) => {
      if (isLostKey(error)) return undefined;
      throw error;
    });
    some.forEach((record, index) => opened.set(record, answers?.[index] ?? { closedBy }));
  }
  return records.map((record) => opened.get(record) as Opened | ClosedByKey);
}

export const isLostKey = (error: unknown): error is WeirError =>
  error instanceof WeirError && lostKeyCodes.has(error.code);

/** The key a record says it is sealed under; '' where it says none, which no key is asked for. */
export const keyOf = ({ value }: KafkaRecord): string =>
  (value === null ? undefined : readKekRef(value)) ?? '';
