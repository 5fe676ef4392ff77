/** What can become of a record that was read, once nothing more will be tried in this run. */
export type Settlement = 'acknowledged' | 'rejected' | 'failed' | 'unknown';

/**
 * The ingest ledger. Every record read is offered once and settled at most once,
 * so offered = acknowledged + rejected + failed + unknown + in flight.
 *
 * - acknowledged: the log has it.
 * - rejected: it was refused, and the rejected topic has it with the reason.
 * - failed: it is not in the log, because the run ended before it was sent.
 * - unknown: it was sent and no answer came before the run ended.
 */
export type Counts = { readonly offered: number } & { readonly [Name in Settlement]: number };

export const noCounts: Counts = { offered: 0, acknowledged: 0, rejected: 0, failed: 0, unknown: 0 };

export const offer = (counts: Counts): Counts => ({ ...counts, offered: counts.offered + 1 });

export const settle = (counts: Counts, settlement: Settlement): Counts => ({
  ...counts,
  [settlement]: counts[settlement] + 1,
});

export const inFlight = (counts: Counts): number =>
  counts.offered - counts.acknowledged - counts.rejected - counts.failed - counts.unknown;
