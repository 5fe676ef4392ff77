import { instant, slug } from './fields.ts';
import { quickCheckOf } from './quick-check.ts';

/** The media type of every sealed value. */
export const sealedContentType = 'application/vnd.weir.envelope.v1';

/**
 * The attributes of a CloudEvent in Kafka's binary mode that Weir acts on. All
 * of them are bound into the envelope; `source`, which the specification
 * demands, is not, and so nothing is ever decided by it.
 */
export type EventAttributes = {
  readonly id: string;
  readonly type: string;
  readonly dataSchema: string;
  readonly time: string;
  readonly tenant: string;
};

export type EventHeaders = Readonly<Record<string, string>>;

/** The Kafka headers of an event (CloudEvents 1.0.2, Kafka Protocol Binding, binary content mode). */
export function writeEventHeaders(attributes: EventAttributes, source: string): EventHeaders {
  return {
    'content-type': sealedContentType,
    ce_specversion: '1.0',
    ce_id: attributes.id,
    ce_type: attributes.type,
    ce_source: source,
    ce_time: attributes.time,
    ce_dataschema: attributes.dataSchema,
    ce_tenant: attributes.tenant,
  };
}

/** A header as it is read from a topic: its bytes, or undefined where it is missing or stands more than once. */
export type RawHeaders = Readonly<Record<string, Uint8Array | undefined>>;

/** The most bytes a header that Weir reads may have. */
const maxHeaderBytes = 256;

/** In the order in which what is wrong with them is told. */
const headerNames = [
  'ce_specversion',
  'ce_id',
  'ce_type',
  'ce_time',
  'ce_dataschema',
  'ce_tenant',
  'content-type',
] as const;

const isInstant = quickCheckOf(instant);
const isSlug = quickCheckOf(slug);

/**
 * Reads the attributes, or says which header is missing, doubled, too long or
 * not what the specification allows. Headers Weir doesn't know are ignored.
 */
export function readEventHeaders(
  headers: RawHeaders,
):
  | { readonly ok: true; readonly attributes: EventAttributes }
  | { readonly ok: false; readonly header: string } {
  const texts: string[] = [];
  for (const name of headerNames) {
    const text = printableTextOf(headers[name]);
    if (text === undefined) return { ok: false, header: name };
    texts.push(text);
  }
  const [specVersion, id, type, time, dataSchema, tenant, contentType] = texts as unknown as Repeat<
    typeof headerNames
  >;
  if (specVersion !== '1.0') return { ok: false, header: 'ce_specversion' };
  if (contentType !== sealedContentType) return { ok: false, header: 'content-type' };
  if (!isInstant(time)) return { ok: false, header: 'ce_time' };
  if (!isSlug(tenant)) return { ok: false, header: 'ce_tenant' };
  return { ok: true, attributes: { id, type, dataSchema, time, tenant } };
}

/** A string for each of the names. */
type Repeat<Names extends readonly string[]> = { readonly [Index in keyof Names]: string };

const printable = /^[\x21-\x7e]+$/;

function printableTextOf(bytes: Uint8Array | undefined): string | undefined {
  if (bytes === undefined || bytes.length === 0 || bytes.length > maxHeaderBytes) return undefined;
  const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const text = buffer.toString('latin1');
  return printable.test(text) ? text : undefined;
}
