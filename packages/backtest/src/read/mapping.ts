import { parseInstant } from '@weir/contracts';
import { z } from 'zod';
import { BacktestError } from '../backtest-error.ts';

/** What identifies an account, as the mapping files of `weir ingest` say it. */
const partsOfAccount = ['iban', 'card.token', 'card.lastFour', 'other.scheme', 'other.id'] as const;

/** Fields that `weir ingest` reads and no score looks at: a mapping file made for it may name them. */
const unread = ['bookingDate', 'endToEndId', 'remittanceInformation', 'counterparty.name'] as const;

/** What a row may have, as Weir calls it: the columns of a file without a mapping. */
const ownNames = [
  'transactionId',
  'account',
  'counterparty',
  'creditDebitIndicator',
  'amount',
  'currency',
  'eventTime',
  'channel',
  'country',
] as const;

const fieldNames = [
  ...ownNames,
  ...partsOfAccount.map((part) => `account.${part}` as const),
  ...partsOfAccount.map((part) => `counterparty.account.${part}` as const),
  ...unread,
] as const;
export type FieldName = (typeof fieldNames)[number];

const columnName = z.string().min(1).max(200);

const isInstant = (text: string): boolean => parseInstant(text).ok;

const columnSource = z.strictObject({
  column: columnName,
  /** Decimals to round an amount to, for files whose amounts went through binary floating point. */
  roundToDecimals: z.int().min(0).max(9).optional(),
  /** For a time that is a number: what it counts, since `origin` (1970 where not given). */
  unit: z.enum(['milliseconds', 'seconds', 'minutes', 'hours', 'days']).optional(),
  origin: z.string().refine(isInstant, 'not an instant such as 2018-04-01T00:00:00Z').optional(),
  /** For times without an offset from UTC: the offset they are meant with. */
  offset: z
    .string()
    .regex(/^(?:Z|[+-]\d{2}:\d{2})$/)
    .optional(),
});

const fieldSource = z.union(
  [
    columnName.transform((column): z.infer<typeof columnSource> => ({ column })),
    columnSource,
    z.strictObject({ template: z.string().regex(/^[^{}]*(?:\{[^{}]+\}[^{}]*)+$/) }),
    z.strictObject({ constant: z.string().min(1) }),
  ],
  { error: 'expected a column name, {"column"}, {"template"} with at least one {column}, or {"constant"}' },
);
export type FieldSource = z.infer<typeof fieldSource>;

const labelValues = z.array(z.string()).min(1).max(100);

/** How the columns of a CSV file become transactions. A column that nothing names is never read. */
export const mapping = z.strictObject({
  delimiter: z
    .string()
    .regex(/^[\t -!#-~]$/, { error: 'expected one character of ASCII other than a quote' })
    .default(','),
  fields: z.partialRecord(z.enum(fieldNames), fieldSource),
  /** What is known in hindsight: which values mean fraud. An empty cell is not known; any other value is genuine. */
  label: z
    .strictObject({ column: columnName, fraud: labelValues, genuine: labelValues.optional() })
    .optional(),
});
export type Mapping = z.infer<typeof mapping>;

/** Values that mean fraud, and those that mean genuine, where nothing else is said. */
const usualLabels = { fraud: ['1', 'true', 'fraud'], genuine: ['0', 'false', 'genuine'] };

/** The mapping of a file whose columns have Weir's own names; with "label" among them, what is known in hindsight. */
export const mappingByOwnNames = (header: readonly string[]): Mapping => ({
  delimiter: ',',
  fields: Object.fromEntries(
    ownNames.filter((name) => header.includes(name)).map((name) => [name, { column: name }]),
  ),
  ...(header.includes('label') ? { label: { column: 'label', ...usualLabels } } : {}),
});

/** Reads a mapping from parsed JSON. Throws BacktestError (78), naming the field that is wrong. */
export function readMapping(body: unknown): Mapping {
  const parsed = mapping.safeParse(body);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      (issue) => `${issue.path.map(String).join('.') || 'it'}: ${issue.message}`,
    );
    throw new BacktestError(78, `the mapping can't be used: ${problems.slice(0, 5).join('; ')}`);
  }
  requireFields(parsed.data);
  return parsed.data;
}

/** Throws BacktestError (78) for a mapping that lacks what every transaction must have. */
export function requireFields({ fields }: Mapping): void {
  const missing: string[] = (['amount', 'eventTime'] as const).filter((name) => fields[name] === undefined);
  if (accountSources(fields, 'account').length === 0) missing.push('account');
  if (missing.length === 0) return;
  throw new BacktestError(
    78,
    `there is no column for ${missing.join(', ')}; a mapping names the columns of a file`,
  );
}

/** The sources an account or counterparty is put together from: one field, or the parts that `weir ingest` has. */
export function accountSources(
  fields: Mapping['fields'],
  of: 'account' | 'counterparty',
): readonly FieldSource[] {
  const whole = fields[of];
  if (whole !== undefined) return [whole];
  const prefix = of === 'account' ? 'account' : 'counterparty.account';
  return partsOfAccount.flatMap((part) => fields[`${prefix}.${part}` as FieldName] ?? []);
}
