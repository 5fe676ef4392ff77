import { formatInstant } from '@weir/contracts';
import type { DrivenRecord } from './partition-reader.ts';

/** A record that is open, so that it can be handed over. */
export type HandedRecord = DrivenRecord & { readonly opened: NonNullable<DrivenRecord['opened']> };

export const isHanded = (one: DrivenRecord): one is HandedRecord => one.opened !== undefined;

/** The same for the same records of the same replay, whenever and however often they are handed over. */
export function idempotencyKeyOf(replayId: string, handed: readonly HandedRecord[]): string {
  const [first, last] = [handed[0], handed.at(-1)];
  if (first === undefined || last === undefined) throw new Error('nothing is handed over');
  return [replayId, shortPlaceOf(first), shortPlaceOf(last)].join(':');
}

const shortPlaceOf = ({ record }: HandedRecord): string => `${record.partition}-${record.offset}`;

/** Where a record stands in the log, for people. */
export const placeOf = ({ record }: DrivenRecord): string =>
  `${record.topic}/${record.partition}/${record.offset}`;

/**
 * Records as a batch of CloudEvents in JSON (CloudEvents 1.0.2, JSON format, 4): what was sealed as `data`, as it
 * was, and beside what their headers say where each stands, and when the log took it.
 */
export const eventBatch = (replayId: string, handed: readonly HandedRecord[]): Buffer =>
  Buffer.from(`[${handed.map((one) => eventText(replayId, one)).join(',')}]`);

function eventText(replayId: string, one: HandedRecord): string {
  const { record, opened } = one;
  const { id, type, time, dataSchema, tenant } = opened.attributes;
  const attributes = JSON.stringify({
    ...{ specversion: '1.0', id, source: `/weir/replays/${replayId}`, type, time },
    ...{ dataschema: dataSchema, tenant },
    ...(record.key === null ? {} : { partitionkey: record.key.toString('utf8') }),
    ...{ weirplace: placeOf(one), weirlogtime: formatInstant(record.timestampMs) },
  });
  return `${attributes.slice(0, -1)},${dataOf(Buffer.from(opened.plaintext))}}`;
}

/** JSON stays the very text that was sealed; anything else goes as bytes. */
function dataOf(plaintext: Buffer): string {
  const text = plaintext.toString('utf8');
  return isJson(text)
    ? `"datacontenttype":"application/json","data":${text}`
    : `"data_base64":"${plaintext.toString('base64')}"`;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
