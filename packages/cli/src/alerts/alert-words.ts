import type { AlertAnswer } from '@weir/contracts';
import { money } from '../explain/feature-words.ts';

/** So many digits of an alert's id tell it apart on one machine, and name it to a command. */
export const shortId = (alertId: string): string => alertId.slice(0, 12);

/** "3 h", "12 min", "2 d": roughly, for a column. */
export function ageOf(at: string, nowMs: number): string {
  const minutes = Math.max(0, Math.floor((nowMs - Date.parse(at)) / 60_000));
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} d`;
}

/** "4,210.00 EUR out in 3" for each currency and direction. */
const totalWords = ({ totals }: AlertAnswer): string =>
  totals
    .map(
      ({ amountMinor, currency, creditDebitIndicator, transactions }) =>
        `${money(amountMinor, currency)} ${directionWord(creditDebitIndicator)}${transactions > 1 ? ` in ${transactions}` : ''}`,
    )
    .join(', ');

export const directionWord = (indicator: 'CRDT' | 'DBIT' | null): string =>
  indicator === 'CRDT' ? 'in' : indicator === 'DBIT' ? 'out' : '';

/** What it is about, in a few words. */
export const aboutWords = (alert: AlertAnswer): string =>
  alert.kind === 'refused_record'
    ? `${alert.transactions} refused: ${alert.code ?? 'unknown'}`
    : totalWords(alert);

/** Where it stands, and what waits. */
export function stateWords(alert: AlertAnswer): string {
  const { state, snoozedUntil, outcome } = alert;
  if (state === 'snoozed' && snoozedUntil !== null) return `snoozed until ${clock(snoozedUntil)}`;
  if (state === 'closed' && outcome !== null) return `closed, ${outcome.replace('_', ' ')}`;
  return state;
}

export function heldWords({ held, released }: AlertAnswer): string {
  if (held === 0) return 'nothing held';
  const waiting = held - released;
  if (waiting === 0) return `all ${held} released`;
  return released === 0 ? `${held} held` : `${waiting} held, ${released} released`;
}

/** "2026-03-01 14:05 UTC" */
export const clock = (instant: string): string => `${instant.slice(0, 10)} ${instant.slice(11, 16)} UTC`;
