import {
  createAccountHistory,
  defaultWindowPlan,
  type AccountHistory,
  type WindowRecord,
} from '@weir/windows';

export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;
export const noonMs = Date.UTC(2025, 5, 15, 12);

const ordinary: WindowRecord = {
  offset: 0,
  eventTimeMs: noonMs,
  observedAtSeconds: noonMs / 1000,
  amountMinor: 2_500,
  currency: 978,
  creditDebitIndicator: 'DBIT',
  identity: '0000000000000000',
  digest: '00000000',
  counterparty: 'aaaaaaaaaaaa',
  channel: 0,
  country: '',
};

/** A record of the tests' account: a debit of 25 euros at noon, but for what is given. Always timely. */
export function recordOf(different: Partial<WindowRecord>): WindowRecord {
  const record = { ...ordinary, ...different };
  return { ...record, observedAtSeconds: Math.floor(record.eventTimeMs / 1000) };
}

/** The history of these records, taken in in the order given under offsets 0, 1, 2, … */
export function historyOf(records: readonly Partial<WindowRecord>[]): AccountHistory {
  const history = createAccountHistory(defaultWindowPlan, [], 0);
  records.forEach((record, offset) => {
    history.append(recordOf({ ...record, offset, identity: offset.toString(16).padStart(16, '0') }));
  });
  return history;
}

/** `count` debits of the same amount, one a day at noon, the last one the day before `noonMs`. */
export const onceADay = (count: number, amountMinor: number): readonly Partial<WindowRecord>[] =>
  Array.from({ length: count }, (_, index) => ({
    eventTimeMs: noonMs - (count - index) * dayMs,
    amountMinor,
  }));
