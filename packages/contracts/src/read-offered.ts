import type { z } from 'zod';
import { offeredTransaction, type OfferedTransaction } from './transaction.ts';
import { normaliseAccount } from './account.ts';
import { parseAmount } from './money.ts';
import { earliestEventTimeMs, latestEventTimeMs, parseInstant } from './timestamp.ts';
import type { Rejection, RejectionCode } from './rejection.ts';

/** The most bytes one offered transaction may have: far above any honest one, far below what could hurt. */
export const maxOfferedBytes = 65_536;

/** A transaction that passed every check of its contract, before ingest adds what only it knows. */
export type AcceptableTransaction = Omit<OfferedTransaction, 'amount' | 'eventTime'> & {
  readonly amountMinor: number;
  readonly eventTimeMs: number;
};

export type ReadOutcome =
  | { readonly ok: true; readonly value: AcceptableTransaction }
  | { readonly ok: false; readonly rejections: readonly [Rejection, ...Rejection[]] };

/**
 * Reads one offered transaction from the bytes of a JSON text. `nowMs` is the
 * instant it is read at and `futureLimitMs` how far beyond it an event may
 * claim to have happened. Never throws: whatever is wrong becomes a rejection
 * with a closed code and the path of the field.
 */
export function readOfferedTransaction(bytes: Uint8Array, nowMs: number, futureLimitMs: number): ReadOutcome {
  if (bytes.length > maxOfferedBytes) return refused('record_too_large');
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    return refused('not_utf8');
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return refused('not_json');
  }
  return checkOfferedTransaction(json, nowMs, futureLimitMs);
}

/** The same checks for a value that is already parsed, such as a row of a CSV file under a mapping. */
export function checkOfferedTransaction(json: unknown, nowMs: number, futureLimitMs: number): ReadOutcome {
  const parsed = offeredTransaction.safeParse(json, { reportInput: true });
  if (!parsed.success) return { ok: false, rejections: rejectionsOf(parsed.error) };
  const { amount, eventTime, ...rest } = parsed.data;
  const money = parseAmount(amount, rest.currency);
  if (!money.ok) return refused(money.code, 'amount');
  const when = parseInstant(eventTime);
  if (!when.ok) return refused(when.code, 'eventTime');
  if (when.epochMs < earliestEventTimeMs || when.epochMs >= latestEventTimeMs) {
    return refused('date_out_of_range', 'eventTime');
  }
  if (when.epochMs > nowMs + futureLimitMs) return refused('date_in_future', 'eventTime');
  const value = { ...rest, account: normaliseAccount(rest.account) };
  if (rest.counterparty?.account !== undefined) {
    value.counterparty = { ...rest.counterparty, account: normaliseAccount(rest.counterparty.account) };
  }
  return { ok: true, value: { ...value, amountMinor: money.amountMinor, eventTimeMs: when.epochMs } };
}

const refused = (code: RejectionCode, path = ''): ReadOutcome => ({
  ok: false,
  rejections: [{ code, path }],
});

/** The most findings told about one record; a hostile one could otherwise have thousands. */
const maxRejections = 10;

/** Turns zod's issues into closed codes and paths. Paths keep names of our fields only: an unknown key is text of the payload. */
export function rejectionsOf(error: z.ZodError): readonly [Rejection, ...Rejection[]] {
  const found = error.issues.flatMap((issue) => rejectionsOfIssue(issue, [])).slice(0, maxRejections);
  const [first = { code: 'contract_violation' as const, path: '' }, ...others] = found;
  return [first, ...others];
}

function rejectionsOfIssue(issue: z.core.$ZodIssue, parents: readonly PropertyKey[]): Rejection[] {
  const path = [...parents, ...issue.path];
  const at = path.map(String).join('.');
  switch (issue.code) {
    case 'unrecognized_keys':
      return [{ code: 'field_unknown', path: at }];
    case 'invalid_type':
      return [{ code: issue.input === undefined ? 'field_missing' : 'field_type', path: at }];
    case 'too_big':
      return [{ code: 'field_too_long', path: at }];
    case 'invalid_union':
      return rejectionsOfUnion(issue, path);
    case 'custom':
      return [
        { code: (issue.params?.['rejection'] as RejectionCode | undefined) ?? 'field_format', path: at },
      ];
    case 'too_small':
    case 'not_multiple_of':
    case 'invalid_format':
    case 'invalid_key':
    case 'invalid_element':
    case 'invalid_value':
      return [{ code: 'field_format', path: at }];
  }
}

/** Of a union, the branch that came closest is the one its sender meant: report that one's findings. */
function rejectionsOfUnion(issue: z.core.$ZodIssueInvalidUnion, path: readonly PropertyKey[]): Rejection[] {
  const branches = issue.errors.map((issues) => issues.flatMap((inner) => rejectionsOfIssue(inner, path)));
  const wrongShape = (found: readonly Rejection[]): number =>
    found.filter((one) => one.code === 'field_missing' || one.code === 'field_unknown').length;
  const [closest] = branches.toSorted((a, b) => wrongShape(a) - wrongShape(b) || a.length - b.length);
  return closest ?? [{ code: 'field_format', path: path.map(String).join('.') }];
}
