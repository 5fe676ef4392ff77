import { formatInstant, type Evidence } from '@weir/contracts';
import { currencyCode } from './currency-code.ts';
import type { ScoringInput } from './compute-features.ts';

/** As many as an alert's picture shows; the contract of evidence allows no more. */
const recentAmountsShown = 30;

/** The account's last 30 transactions before the record, in any currency and direction, oldest first. */
export const recentAmounts = ({
  record,
  history,
}: Pick<ScoringInput, 'record' | 'history'>): Evidence['recentAmounts'] =>
  history.latest(record.eventTimeMs, recentAmountsShown).map((recent) => ({
    eventTime: formatInstant(recent.eventTimeMs),
    amountMinor: recent.amountMinor,
    currency: currencyCode(recent.currency),
    creditDebitIndicator: recent.creditDebitIndicator,
  }));
