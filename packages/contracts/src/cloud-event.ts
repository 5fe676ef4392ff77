import { instant, slug } from './fields.ts';

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

/**
 * Reads the attributes, or says which header is missing, doubled, too long or
 * not what the specification allows. Headers Weir doesn't know are ignored.
 */
export function readEventHeaders(
  headers: RawHeaders,
):
  | { readonly ok: true; readonly attributes: EventAttributes }
  | { readonly ok: false; readonly header: string } {
  const texts: Record<string, string> = {};
  for (const name of [
    'ce_specversion',
    'ce_id',
    'ce_type',
    'ce_time',
    'ce_dataschema',
    'ce_tenant',
    'content-type',
  ]) {
    const bytes = headers[name];
    if (bytes === undefined || bytes.length === 0 || bytes.length > maxHeaderBytes)
      return { ok: false, header: name };
    const text = Buffer.from(bytes).toString('latin1');
    if (!/^[\x21-\x7e]+$/.test(text)) return { ok: false, header: name };
    texts[name] = text;
  }
  const {
    ce_specversion,
    ce_id = '',
    ce_type = '',
    ce_time = '',
    ce_dataschema = '',
    ce_tenant = '',
  } = texts;
  if (ce_specversion !== '1.0') return { ok: false, header: 'ce_specversion' };
  if (texts['content-type'] !== sealedContentType) return { ok: false, header: 'content-type' };
  if (!instant.safeParse(ce_time).success) return { ok: false, header: 'ce_time' };
  if (!slug.safeParse(ce_tenant).success) return { ok: false, header: 'ce_tenant' };
  const attributes = {
    id: ce_id,
    type: ce_type,
    dataSchema: ce_dataschema,
    time: ce_time,
    tenant: ce_tenant,
  };
  return { ok: true, attributes };
}
