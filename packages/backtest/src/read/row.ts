import type { CreditDebitIndicator, RejectionCode } from '@weir/contracts';

/** What is known of a transaction in hindsight; `unknown` where nobody said. */
export type Label = 'fraud' | 'genuine' | 'unknown';

/** One transaction of the input. Account and counterparty are still as the input says them. */
export type Row = {
  /** Where it stands in the input; of a record over several lines the last of them. From 1. */
  readonly line: number;
  readonly transactionId: string;
  readonly account: string;
  /** "" where there is none. */
  readonly counterparty: string;
  readonly amountMinor: number;
  /** ISO 4217, alphabetic and numeric. */
  readonly currency: string;
  readonly currencyNumber: number;
  readonly eventTimeMs: number;
  readonly creditDebitIndicator: CreditDebitIndicator;
  /** Index into the contract's channels; 0 where not given. */
  readonly channel: number;
  /** ISO 3166-1 alpha-2, or "" where not given. */
  readonly country: string;
  readonly label: Label;
};

/** A row that can't be taken in: where it stands, its id as far as it can be read (else ""), which field is to blame ("" for the whole row) and why. */
export type BadRow = {
  readonly line: number;
  readonly transactionId: string;
  readonly field: string;
  readonly code: RejectionCode;
};

export type RowOutcome =
  { readonly ok: true; readonly row: Row } | { readonly ok: false; readonly bad: BadRow };
