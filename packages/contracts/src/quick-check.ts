import type { z } from 'zod';

/** True only for a value that its schema would give back as it is, keys in the same order. */
export type QuickCheck = (value: unknown) => boolean;

type TypeDef = z.core.$ZodTypes['_zod']['def'];
type CheckDef = z.core.$ZodChecks['_zod']['def'] | z.core.$ZodCustomDef;

const knownTypes = [
  'object',
  'record',
  'array',
  'union',
  'optional',
  'nullable',
  'string',
  'number',
  'enum',
  'literal',
] as const;
type KnownType = Extract<TypeDef, { type: (typeof knownTypes)[number] }>;

const knownChecks = [
  'min_length',
  'max_length',
  'greater_than',
  'less_than',
  'string_format',
  'custom',
] as const;
type KnownCheck = Extract<CheckDef, { check: (typeof knownChecks)[number] }>;

/**
 * Makes of a schema a check that only answers yes or no: a few times faster
 * than a parse, which copies what it looks at and is ready to explain what is
 * wrong with it. Whoever gets a no asks the schema, which is the contract: it
 * names what is wrong, or puts the keys into its order.
 *
 * Throws where the schema has a part this doesn't know, because a check that
 * passed over it would let through what the contract refuses.
 */
export function quickCheckOf(schema: z.core.$ZodType): QuickCheck {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  if (!isKnownType(def)) throw unknownPart(def.type);
  const holds = quickTypeOf(def);
  return (def.checks ?? []).map(refinementOf).reduce(both, holds);
}

const isKnownType = (def: TypeDef): def is KnownType => (knownTypes as readonly string[]).includes(def.type);

const isKnownCheck = (def: CheckDef): def is KnownCheck =>
  (knownChecks as readonly string[]).includes(def.check);

const both =
  (first: QuickCheck, second: QuickCheck): QuickCheck =>
  (value) =>
    first(value) && second(value);

function quickTypeOf(def: KnownType): QuickCheck {
  switch (def.type) {
    case 'object':
      return quickObjectOf(def);
    case 'record':
      return quickRecordOf(def);
    case 'array':
      return quickArrayOf(quickCheckOf(def.element));
    case 'union': {
      const options = def.options.map(quickCheckOf);
      return (value) => options.some((option) => option(value));
    }
    case 'optional': {
      const inner = quickCheckOf(def.innerType);
      return (value) => value === undefined || inner(value);
    }
    case 'nullable': {
      const inner = quickCheckOf(def.innerType);
      return (value) => value === null || inner(value);
    }
    case 'string': {
      if (!('format' in def)) return (value) => typeof value === 'string';
      const fits = quickFormatOf(def as unknown as z.core.$ZodCheckStringFormatDef);
      return (value) => typeof value === 'string' && fits(value);
    }
    case 'number':
      if (!('format' in def)) return Number.isFinite;
      if (def.format === 'safeint') return Number.isSafeInteger;
      throw unknownPart(`number ${String(def.format)}`);
    case 'enum':
    case 'literal': {
      const values: ReadonlySet<unknown> = new Set(
        def.type === 'enum' ? Object.values(def.entries) : def.values,
      );
      return (value) => values.has(value);
    }
  }
}

function quickArrayOf(element: QuickCheck): QuickCheck {
  return (value) => {
    if (!Array.isArray(value)) return false;
    // Not every(), which passes over holes.
    for (let index = 0; index < value.length; index += 1) if (!element(value[index])) return false;
    return true;
  };
}

/** One pass in the value's own order of keys: each has to stand where the schema would put it, and none be missing. */
function quickObjectOf(def: Extract<KnownType, { type: 'object' }>): QuickCheck {
  if ((def.catchall as z.core.$ZodTypes | undefined)?._zod.def.type !== 'never')
    throw unknownPart('an object open to other keys');
  const fields = Object.entries(def.shape).map(([key, schema]) => ({
    key,
    holds: quickCheckOf(schema),
    optional: (schema as z.core.$ZodTypes)._zod.def.type === 'optional',
  }));
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
    let next = 0;
    for (const key in value) {
      let field = fields[next++];
      while (field !== undefined && field.key !== key) {
        if (!field.optional) return false;
        field = fields[next++];
      }
      if (field === undefined || !field.holds((value as Record<string, unknown>)[key])) return false;
    }
    for (; next < fields.length; next += 1) if (fields[next]?.optional === false) return false;
    return true;
  };
}

/** Any names, but for the one that a copy loses. */
function quickRecordOf(def: Extract<KnownType, { type: 'record' }>): QuickCheck {
  const key = (def.keyType as z.core.$ZodTypes)._zod.def;
  if (key.type !== 'string' || 'format' in key || (key.checks ?? []).length > 0 || def.mode !== undefined)
    throw unknownPart('a record with names of its own');
  const holds = quickCheckOf(def.valueType);
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null) return false;
    for (const name in value)
      if (name === '__proto__' || !holds((value as Record<string, unknown>)[name])) return false;
    return true;
  };
}

/** Formats whose whole meaning is their pattern; others check more than that. */
const patternFormats = new Set(['regex', 'datetime', 'uuid']);

function quickFormatOf({ format, pattern }: z.core.$ZodCheckStringFormatDef): QuickCheck {
  // A global or sticky pattern remembers where it stopped, and would answer differently the next time.
  if (pattern === undefined || pattern.global || pattern.sticky || !patternFormats.has(format))
    throw unknownPart(`the format ${format}`);
  return (value) => pattern.test(value as string);
}

function refinementOf(check: z.core.$ZodCheck<never>): QuickCheck {
  const def = check._zod.def as CheckDef;
  if (!isKnownCheck(def)) throw unknownPart(`the check ${def.check}`);
  switch (def.check) {
    case 'min_length':
      return (value) => (value as string).length >= def.minimum;
    case 'max_length':
      return (value) => (value as string).length <= def.maximum;
    case 'greater_than':
      if (!def.inclusive) throw unknownPart('an exclusive minimum');
      return (value) => (value as number) >= Number(def.value);
    case 'less_than':
      if (!def.inclusive) throw unknownPart('an exclusive maximum');
      return (value) => (value as number) <= Number(def.value);
    case 'string_format':
      return quickFormatOf(def);
    case 'custom': {
      const { fn }: Partial<z.core.$ZodCustomDef> = def;
      if (fn === undefined) throw unknownPart('a check that reports its own issues');
      return (value) => fn(value) === true;
    }
  }
}

const unknownPart = (part: string): TypeError => new TypeError(`no quick check is known for ${part}`);
