import type { Severity } from '@weir/contracts';
import { isAtLeast } from '../severity.ts';
import type { Condition } from './document.ts';

const severities: readonly Severity[] = ['low', 'medium', 'high', 'critical'];

/** The severities that a condition allows. */
const severitiesOf = ({ severityAtLeast, severityOf }: Condition): readonly Severity[] =>
  severities.filter(
    (severity) =>
      (severityAtLeast === undefined || isAtLeast(severity, severityAtLeast)) &&
      (severityOf === undefined || severityOf.includes(severity)),
  );

const lists = [
  'rules',
  'kinds',
  'codes',
  'tenants',
  'accounts',
  'accountGroups',
  'counterparties',
] as const satisfies readonly (keyof Condition)[];

/**
 * Whether every alert that fulfils the one fulfils the other as well, as far as it can be told from what they
 * say: then a route with the one behind a route with the other is never reached.
 */
export function covers(wide: Condition, narrow: Condition): boolean {
  const isWithin = (all: readonly string[] | undefined, some: readonly string[] | undefined): boolean =>
    all === undefined || some?.every((one) => all.includes(one)) === true;
  return (
    isWithin(severitiesOf(wide), severitiesOf(narrow)) &&
    lists.every((field) => isWithin(wide[field], narrow[field])) &&
    (wide.verdict === undefined || wide.verdict === narrow.verdict) &&
    (wide.during === undefined || wide.during === narrow.during) &&
    areAmountsWithin(wide.amountMinorAtLeast, narrow.amountMinorAtLeast)
  );
}

type Amounts = Condition['amountMinorAtLeast'];

const areAmountsWithin = (wide: Amounts, narrow: Amounts): boolean =>
  wide === undefined ||
  (narrow !== undefined &&
    Object.entries(narrow).every(([currency, least]) => least >= (wide[currency] ?? Infinity)));

/** Whether nothing is asked. */
export const isCatchAll = (condition: Condition | undefined): boolean =>
  condition === undefined || Object.values(condition).every((wanted) => wanted === undefined);

/** Why no alert can ever be like this; undefined where one can. */
export function impossibility(condition: Condition): string | undefined {
  if (severitiesOf(condition).length === 0)
    return 'no severity is both severityAtLeast and one of severityOf';
  const { codes, kinds } = condition;
  const ofTransactions = (
    ['rules', 'verdict', 'accounts', 'accountGroups', 'counterparties', 'amountMinorAtLeast'] as const
  ).find((field) => condition[field] !== undefined);
  const mayBeRefused = kinds === undefined || kinds.includes('refused_record');
  if (codes !== undefined && !mayBeRefused) return 'codes are of refused records, which kinds leaves out';
  if (ofTransactions === undefined) return undefined;
  if (codes !== undefined) return `a refused record has codes, but no ${ofTransactions}`;
  return kinds !== undefined && !kinds.includes('unusual_transactions')
    ? `a refused record has no ${ofTransactions}`
    : undefined;
}
