import {
  earliestEventTimeMs,
  latestEventTimeMs,
  offeredOutcome,
  parseInstant,
  rejectionsOf,
  type OfferedOutcome,
  type RejectionCode,
  type ReportedOutcome,
} from '@weir/contracts';
import { pseudonymOf, transactionIdentity, type Pseudonymize } from '../identify.ts';
import type { CheckRecord, ReadRecord } from '../source/source-format.ts';

/** A report that passed every check; what named the transaction in clear is gone. */
export type AcceptableOutcome = {
  readonly tenant: string;
  readonly transaction: string;
  readonly outcome: ReportedOutcome;
  readonly reportedBy: string;
  /** When it was reported. */
  readonly eventTimeMs: number;
};

export type OutcomeDefaults = {
  readonly tenant: string;
  readonly reportedBy: string;
  readonly futureLimitMs: number;
};

/**
 * Checks a report against its contract, and names the transaction by its pseudonym
 * where it came in clear, exactly as ingest named it when it came in. Never throws.
 */
export function createOutcomeCheck(
  defaults: OutcomeDefaults,
  pseudonymizeOnce: Pseudonymize,
): CheckRecord<AcceptableOutcome> {
  const transactionOf = ({ transaction, account, transactionId }: OfferedOutcome, tenant: string): string => {
    if (transaction !== undefined) return transaction;
    if (account === undefined || transactionId === undefined)
      throw new TypeError('an outcome of no transaction has passed its contract');
    return pseudonymOf(pseudonymizeOnce, 'transaction', tenant, transactionIdentity(account, transactionId));
  };
  return (json, nowMs) => {
    const parsed = offeredOutcome.safeParse(json, { reportInput: true });
    if (!parsed.success) return { ok: false, rejections: rejectionsOf(parsed.error) };
    const { outcome, reportedAt, reportedBy = defaults.reportedBy, tenant = defaults.tenant } = parsed.data;
    const when = reportedAt === undefined ? { ok: true as const, epochMs: nowMs } : parseInstant(reportedAt);
    if (!when.ok) return refused(when.code);
    const { epochMs } = when;
    if (epochMs < earliestEventTimeMs || epochMs >= latestEventTimeMs) return refused('date_out_of_range');
    if (epochMs > nowMs + defaults.futureLimitMs) return refused('date_in_future');
    const transaction = transactionOf(parsed.data, tenant);
    return { ok: true, value: { tenant, transaction, outcome, reportedBy, eventTimeMs: epochMs } };
  };
}

const refused = (code: RejectionCode): ReadRecord<AcceptableOutcome> => ({
  ok: false,
  rejections: [{ code, path: 'reportedAt' }],
});
