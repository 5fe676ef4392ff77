import { channels, currencyOf } from '@weir/contracts';
import type { LogTransaction } from './history.ts';

/** The numbers of a window plan. All in milliseconds. */
export type NaivePlan = {
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
};

export const naiveRecord = ({ offset, identity, content }: LogTransaction): NaiveRecord => ({
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

/** What the windows of one transaction hold, by the names the features have. */
export type NaiveWindows = Readonly<Record<string, number>>;

/**
 * The windows of a transaction over its account's earlier records, each counted
 * by looking at every one of them: `(t − span, t]` by event time, of the same
 * currency and direction.
 */
export function naiveWindows(
  record: NaiveRecord,
  before: readonly NaiveRecord[],
  plan: NaivePlan,
): NaiveWindows {
  const latestObservedSeconds = latestObservation(before);
  const alike = before.filter(
    (one) =>
      one.currency === record.currency &&
      one.creditDebitIndicator === record.creditDebitIndicator &&
      one.eventTimeMs <= record.eventTimeMs &&
      isVisible(one, latestObservedSeconds, plan),
  );
  const windows: Record<string, number> = { amountMinor: record.amountMinor };
  for (const { name, spanMs } of plan.spans) {
    const within = alike.filter(({ eventTimeMs }) => eventTimeMs > record.eventTimeMs - spanMs);
    windows[`count_${name}`] = within.length;
    windows[`sumMinor_${name}`] = within.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
    windows[`distinctCounterparties_${name}`] = new Set(
      within.map(({ counterparty }) => counterparty).filter((counterparty) => counterparty !== ''),
    ).size;
  }
  return windows;
}
