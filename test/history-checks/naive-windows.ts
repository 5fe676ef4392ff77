import { channels, currencyOf } from '@weir/contracts';
import type { LogTransaction } from './history.ts';

/** The numbers of a window plan. All in milliseconds, and the spans in ascending order. */
export type NaivePlan = {
  readonly ref: string;
  readonly spans: readonly { readonly name: string; readonly spanMs: number }[];
  readonly allowedLatenessMs: number;
  readonly futureToleranceMs: number;
};

/** What a window remembers of a transaction, made from the log's content by nothing of the engine. */
export type NaiveRecord = {
  readonly offset: number;
  readonly eventTimeMs: number;
  readonly observedAtSeconds: number;
  readonly amountMinor: number;
  readonly currency: number;
  readonly creditDebitIndicator: 'CRDT' | 'DBIT';
  readonly counterparty: string;
  readonly channel: number;
  readonly country: string;
  readonly identity: string;
  readonly digest: string;
};

export const naiveRecord = ({ offset, identity, digest, content }: LogTransaction): NaiveRecord => ({
  offset,
  eventTimeMs: content.eventTimeMs,
  observedAtSeconds: content.observedAtSeconds,
  amountMinor: content.amountMinor,
  currency: currencyOf(content.currency)?.numericCode ?? 0,
  creditDebitIndicator: content.creditDebitIndicator,
  counterparty: content.counterparty === '' ? '' : pseudonymHex(content.counterparty, 6),
  channel: content.channel === '' ? 0 : (channels as readonly string[]).indexOf(content.channel),
  country: content.country,
  identity: pseudonymHex(identity, 8),
  digest,
});

/** The first bytes of what stands behind a pseudonym's underscore, as hex. */
const pseudonymHex = (pseudonym: string, bytes: number): string =>
  Buffer.from(pseudonym.slice(pseudonym.indexOf('_') + 1), 'base64url')
    .subarray(0, bytes)
    .toString('hex');

/**
 * Whether a record is still seen by one that is decided behind `before`, all of
 * its account's earlier records: it is, unless it lies further back than the
 * longest span and the allowed lateness, counted from the latest observation.
 */
export function isVisible(record: NaiveRecord, latestObservedSeconds: number, plan: NaivePlan): boolean {
  const longestMs = Math.max(...plan.spans.map(({ spanMs }) => spanMs));
  const rememberedMs = Math.min(
    record.eventTimeMs,
    record.observedAtSeconds * 1000 + 999 + plan.futureToleranceMs,
  );
  return rememberedMs > latestObservedSeconds * 1000 - longestMs - plan.allowedLatenessMs;
}

/** In seconds; 0 where there is none. */
export const latestObservation = (records: readonly NaiveRecord[]): number =>
  records.reduce((latest, { observedAtSeconds }) => Math.max(latest, observedAtSeconds), 0);
