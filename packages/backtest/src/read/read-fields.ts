import {
  channels,
  currencyOf,
  earliestEventTimeMs,
  latestEventTimeMs,
  parseAmount,
  parseInstant,
  type AmountOutcome,
  type CreditDebitIndicator,
  type Currency,
  type RejectionCode,
} from '@weir/contracts';
import { roundAmount } from './round-amount.ts';

/** The value of a cell's text, or undefined where it is none. */
export type CellReader<Value> = (text: string) => Value | undefined;

type TimeOutcome =
  { readonly ok: true; readonly epochMs: number } | { readonly ok: false; readonly code: RejectionCode };

const unitMs = { milliseconds: 1, seconds: 1_000, minutes: 60_000, hours: 3_600_000, days: 86_400_000 };

export type TimeFormat = {
  readonly unit?: keyof typeof unitMs | undefined;
  readonly origin?: string | undefined;
  readonly offset?: string | undefined;
};

const plainNumber = /^-?\d{1,15}(?:\.\d{1,15})?$/;
const withoutOffset = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?$/;

const inRange = (epochMs: number): TimeOutcome =>
  epochMs >= earliestEventTimeMs && epochMs < latestEventTimeMs
    ? { ok: true, epochMs }
    : { ok: false, code: 'date_out_of_range' };

function timeReader({ unit, origin, offset }: TimeFormat): (text: string) => TimeOutcome {
  if (unit === undefined) {
    return (text) => {
      const whole = offset !== undefined && withoutOffset.test(text) ? text.replace(' ', 'T') + offset : text;
      const parsed = parseInstant(whole);
      return parsed.ok ? inRange(parsed.epochMs) : parsed;
    };
  }
  const start = origin === undefined ? undefined : parseInstant(origin);
  const originMs = start?.ok === true ? start.epochMs : 0;
  return (text) =>
    plainNumber.test(text)
      ? inRange(originMs + Math.round(Number(text) * unitMs[unit]))
      : { ok: false, code: 'field_format' };
}

const amountReader =
  ({ roundToDecimals }: { readonly roundToDecimals?: number | undefined }) =>
  (text: string, currency: string): AmountOutcome =>
    parseAmount(roundToDecimals === undefined ? text : roundAmount(text, roundToDecimals), currency);

const channelNumbers: ReadonlyMap<string, number> = new Map(channels.map((name, index) => [name, index]));

/** How the text of each field is read. Throws nothing: what can't be read is an outcome, or undefined. */
export const readers = {
  time: timeReader,
  amount: amountReader,
  currency: (text: string): Currency | undefined => currencyOf(text),
  creditDebitIndicator: (text: string): CreditDebitIndicator | undefined =>
    text === 'DBIT' || text === 'CRDT' ? text : undefined,
  channel: (text: string): number | undefined => channelNumbers.get(text),
  country: (text: string): string | undefined => (/^[A-Z]{2}$/.test(text) ? text : undefined),
};
