import { lengthPrefixed } from './length-prefixed.ts';

/**
 * What a sealed payload is bound to. It opens only where every field is the same,
 * character for character: nothing is trimmed, folded or parsed, `time` included.
 * `stream` is the logical stream, not the physical topic; `key` is the record key;
 * `id`, `type`, `dataSchema` and `time` are the CloudEvents attributes.
 */
export type SealContext = {
  readonly tenant: string;
  readonly environment: string;
  readonly stream: string;
  readonly key: string;
  readonly id: string;
  readonly type: string;
  readonly dataSchema: string;
  readonly time: string;
};

/** The order of the fields in the AAD. It is part of the stored format. */
export const contextFields = [
  'tenant',
  'environment',
  'stream',
  'key',
  'id',
  'type',
  'dataSchema',
  'time',
] as const satisfies readonly (keyof SealContext)[];

/**
 * Names the first field that is not well-formed Unicode, or undefined. Such a
 * field has no UTF-8 of its own and would share its AAD with another context.
 */
export function illFormedField(context: SealContext): keyof SealContext | undefined {
  return contextFields.find((field) => !context[field].isWellFormed());
}

/**
 * The additional authenticated data of a record: the header's bytes, from the
 * magic through the wrapped DEK, and then the context, length-prefixed. The
 * header says its own length and the number of fields is fixed, so different
 * (header, context) pairs never share their AAD.
 */
export function encodeAad(header: Uint8Array, context: SealContext): Buffer {
  return lengthPrefixed(
    contextFields.map((field) => context[field]),
    header,
  );
}
