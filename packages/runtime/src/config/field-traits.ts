import { z } from 'zod';

/** What a configuration field is, beyond what zod knows: for error messages, the reference page and redaction. */
export type FieldTraits = {
  /** What is expected, for people: "port, 0 to 65535". */
  readonly expected: string;
  /** The value must never be printed. */
  readonly secret?: true;
  /** The unit that has to end the variable's name. */
  readonly unit?: 'MS' | 'BYTES' | 'FILE';
};

const markedFields = z.registry<FieldTraits>();

/** Attaches traits to a field; `.describe()`, `.optional()` and `.default()` may follow. */
export function markField<Field extends z.core.$ZodType>(field: Field, traits: FieldTraits): Field {
  markedFields.add(field, traits);
  return field;
}

export type FieldSummary = FieldTraits & {
  readonly required: boolean;
  /** Present where the field has a default. */
  readonly defaultValue?: unknown;
  readonly meaning: string;
};

/** Reads a field from its outermost wrapper inwards: the outermost description, default and traits win. */
export function summariseField(field: z.core.$ZodType): FieldSummary {
  let current: z.core.$ZodType | undefined = field;
  let meaning = '';
  let required = true;
  let defaults: { defaultValue?: unknown } = {};
  while (current !== undefined) {
    if (meaning === '') meaning = z.globalRegistry.get(current)?.description ?? '';
    const definition = wrapperDefinition(current);
    if (definition.type === 'default' && !('defaultValue' in defaults)) {
      defaults = { defaultValue: definition.defaultValue };
    }
    if (definition.type === 'default' || definition.type === 'optional') required = false;
    const inner: z.core.$ZodType | undefined = definition.innerType ?? definition.in;
    const traits = markedFields.get(current);
    if (traits !== undefined) {
      // A describe() after optional() leaves the description outside, one before the traits leaves it inside.
      if (meaning === '' && inner !== undefined) meaning = summariseField(inner).meaning;
      return { ...defaults, ...traits, required, meaning };
    }
    if (inner === undefined) return { ...defaults, expected: plainExpectation(current), required, meaning };
    current = inner;
  }
  throw new TypeError('A configuration field has no innermost type.');
}

type WrapperDefinition = {
  readonly type: string;
  readonly innerType?: z.core.$ZodType;
  readonly in?: z.core.$ZodType;
  readonly defaultValue?: unknown;
};

function wrapperDefinition(field: z.core.$ZodType): WrapperDefinition {
  return field._zod.def;
}

function plainExpectation(field: z.core.$ZodType): string {
  if (field instanceof z.ZodEnum) return `one of ${field.options.join(', ')}`;
  return field._zod.def.type === 'string' ? 'text' : field._zod.def.type;
}
