import {
  account,
  canonicalAccount,
  earliestEventTimeMs,
  isCalendarDay,
  isPseudonymOf,
  latestEventTimeMs,
  parseInstant,
  pseudonymLetters,
  rejectionsOf,
  type Account,
  type ListOf,
  type PseudonymPurpose,
  type RejectionCode,
} from '@weir/contracts';
import { pseudonymOf, type Pseudonymize } from '../identify.ts';

/** What a line of the file says, cell by cell. `account` is an account in any of the other ways. */
export type EntryCells = {
  readonly account?: string | undefined;
  readonly iban?: string | undefined;
  readonly id?: string | undefined;
  readonly scheme?: string | undefined;
  readonly cardToken?: string | undefined;
  readonly expiresAt?: string | undefined;
};

export type ReadEntry =
  | { readonly ok: true; readonly pseudonym: string; readonly expiresAtMs: number }
  | { readonly ok: false; readonly code: RejectionCode };

export type EntryOptions = {
  readonly of: ListOf;
  readonly tenant: string;
  readonly pseudonymize: Pseudonymize;
  /** Of lines that don't say; Infinity for never. */
  readonly expiresAtMs: number;
};

/**
 * Reads one line of a list. The account is checked and named exactly as ingest does with those of
 * transactions, so that a list matches what they carry. Never throws: what is wrong is a closed code.
 */
export function createEntryReader(options: EntryOptions): (cells: EntryCells) => ReadEntry {
  const { of, tenant, pseudonymize } = options;
  return (cells) => {
    const expires = cells.expiresAt === undefined ? options.expiresAtMs : expiryIn(cells.expiresAt);
    if (typeof expires === 'string') return { ok: false, code: expires };
    const text = cells.account;
    if (text !== undefined && isAnyPseudonym(text)) {
      if (!isPseudonymOf(of, text)) return { ok: false, code: 'field_format' };
      return { ok: true, pseudonym: text, expiresAtMs: expires };
    }
    const offered = text === undefined ? accountIn(cells) : accountAs(text);
    if (offered === undefined) return { ok: false, code: 'field_missing' };
    const parsed = account.safeParse(offered, { reportInput: true });
    if (!parsed.success) return { ok: false, code: rejectionsOf(parsed.error)[0].code };
    const pseudonym = pseudonymOf(pseudonymize, of, tenant, canonicalAccount(parsed.data));
    return { ok: true, pseudonym, expiresAtMs: expires };
  };
}

const purposes = Object.keys(pseudonymLetters) as PseudonymPurpose[];

const isAnyPseudonym = (text: string): boolean => purposes.some((purpose) => isPseudonymOf(purpose, text));

/** What has the shape of an IBAN has to be one: as somebody's own id a mistyped one would never match anything. */
const ibanShape = /^iban:[A-Z]{2}[0-9]{2}[A-Z0-9]{10,30}$/;

const accountAs = (text: string): Account =>
  ibanShape.test(canonicalAccount({ iban: text })) ? { iban: text } : { other: { id: text } };

/** Undefined where none of the columns names an account. */
function accountIn({ iban, id, scheme, cardToken }: EntryCells): Account | undefined {
  if (iban !== undefined) return { iban };
  // The token alone names a card; no list says its last digits.
  if (cardToken !== undefined) return { card: { token: cardToken, lastFour: '0000' } };
  if (id === undefined) return undefined;
  return { other: { id, ...(scheme === undefined ? {} : { scheme }) } };
}

const dayMs = 86_400_000;
const calendarDay = /^(\d{4})-(\d{2})-(\d{2})$/;

/** An instant, or a day, which counts to its end in UTC. */
function expiryIn(text: string): number | RejectionCode {
  const day = calendarDay.exec(text)?.slice(1).map(Number) as [number, number, number] | undefined;
  let expiresAtMs: number;
  if (day === undefined) {
    const parsed = parseInstant(text);
    if (!parsed.ok) return parsed.code;
    expiresAtMs = parsed.epochMs;
  } else {
    if (!isCalendarDay(...day)) return 'date_impossible';
    expiresAtMs = Date.UTC(day[0], day[1] - 1, day[2]) + dayMs;
  }
  const isKnown = expiresAtMs >= earliestEventTimeMs && expiresAtMs <= latestEventTimeMs;
  return isKnown ? expiresAtMs : 'date_out_of_range';
}
