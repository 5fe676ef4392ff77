import { readEventHeaders, writeEventHeaders } from '@weir/contracts';
import type { EventAttributes, EventHeaders, RawHeaders, Rejection, SealedStream } from '@weir/contracts';
import { magic } from './envelope-format.ts';
import type { Opener } from './opener.ts';
import type { SealContext } from './seal-context.ts';
import type { Sealer } from './sealer.ts';

/** An event that is ready to be sealed: its payload in canonical form and the attributes it is bound to. */
export type UnsealedEvent = EventAttributes & { readonly key: string; readonly plaintext: Uint8Array };

/** A record as it goes to a topic. */
export type SealedEvent = {
  readonly key: string;
  readonly value: Buffer;
  readonly headers: EventHeaders;
};

/** A record as it comes from a topic; a header that stands more than once is undefined. */
export type SealedRecord = {
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: RawHeaders;
};

export type OpenedEvent =
  | {
      readonly ok: true;
      readonly attributes: EventAttributes;
      readonly key: string;
      readonly plaintext: Buffer;
    }
  | { readonly ok: false; readonly rejection: Rejection };

const sealContext = (
  attributes: EventAttributes,
  key: string,
  stream: SealedStream,
  environment: string,
): SealContext => ({
  tenant: attributes.tenant,
  environment,
  stream,
  key,
  id: attributes.id,
  type: attributes.type,
  dataSchema: attributes.dataSchema,
  time: attributes.time,
});

/**
 * Seals events of one stream into CloudEvents in Kafka's binary mode, in order,
 * all or nothing. `source` names the writer, as CloudEvents demands; it is not
 * bound and nothing is decided by it.
 */
export async function sealEvents(
  options: {
    readonly sealer: Sealer;
    readonly stream: SealedStream;
    readonly environment: string;
    readonly source: string;
  },
  events: readonly UnsealedEvent[],
): Promise<SealedEvent[]> {
  const values = await options.sealer.seal(
    events.map((event) => ({
      plaintext: event.plaintext,
      context: sealContext(event, event.key, options.stream, options.environment),
    })),
  );
  return events.map((event, index) => ({
    key: event.key,
    value: values[index] as Buffer,
    headers: writeEventHeaders(event, options.source),
  }));
}

/**
 * Opens records of one stream, in order: each opens, or is refused with a
 * closed code. Throws only what the key provider throws, so that the caller
 * pauses or stops; the same records may then be opened again.
 */
export async function openEvents(
  options: { readonly opener: Opener; readonly stream: SealedStream; readonly environment: string },
  records: readonly SealedRecord[],
): Promise<OpenedEvent[]> {
  const read = records.map(readRecord);
  const readable = read.filter((one) => one.ok);
  const opened = await options.opener.open(
    readable.map(({ attributes, key, value }) => ({
      sealed: value,
      context: sealContext(attributes, key, options.stream, options.environment),
    })),
  );
  let next = 0;
  return read.map((one): OpenedEvent => {
    if (!one.ok) return one;
    const outcome = opened[next++];
    if (outcome === undefined) throw new Error('the opener answered for fewer records than it was given');
    if (!outcome.ok) return { ok: false, rejection: { code: outcome.reason, path: '' } };
    return { ok: true, attributes: one.attributes, key: one.key, plaintext: outcome.plaintext };
  });
}

type ReadRecord =
  | {
      readonly ok: true;
      readonly attributes: EventAttributes;
      readonly key: string;
      readonly value: Uint8Array;
    }
  | { readonly ok: false; readonly rejection: Rejection };

function readRecord(record: SealedRecord): ReadRecord {
  if (record.value === null) return { ok: false, rejection: { code: 'null_value', path: '' } };
  const headers = readEventHeaders(record.headers);
  if (!headers.ok) {
    // A record without our headers is most likely not sealed at all: say the graver thing.
    const sealed = magic.equals(record.value.subarray(0, magic.length));
    const code = sealed ? 'headers_invalid' : 'not_sealed';
    return { ok: false, rejection: { code, path: sealed ? headers.header : '' } };
  }
  const key = record.key === null ? undefined : textOf(record.key);
  if (key === undefined) return { ok: false, rejection: { code: 'headers_invalid', path: 'key' } };
  return { ok: true, attributes: headers.attributes, key, value: record.value };
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Fatal, since two keys that differ in broken bytes alone must not be bound as the same text. */
function textOf(bytes: Uint8Array): string | undefined {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return undefined;
  }
}
