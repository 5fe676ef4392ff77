import { decodePayload, events, isPseudonymOf, rejectionsOf } from '@weir/contracts';
import type { Rejection, Release } from '@weir/contracts';
import type { OpenedEvent } from '@weir/envelope';
import type { KafkaRecord } from '@weir/kafka';

/** What people approved, as one record of the releases topic says it. */
export type ReleaseClaim = {
  /** Where the record stands: the `releaseOffset` of what it leads to. */
  readonly offset: number;
  readonly timestampMs: number;
  /** The pseudonym of the account: the record's key. */
  readonly account: string;
  readonly release: Release;
};

export type ReadRelease =
  { readonly ok: true; readonly claim: ReleaseClaim } | { readonly ok: false; readonly rejection: Rejection };

/**
 * Reads one opened record of the releases topic. Pure and total: what can't be
 * read is refused with a closed code. Whether what it names was ever held is
 * asked of the held record; see checkHeld.
 */
export function readRelease(record: KafkaRecord, opened: OpenedEvent): ReadRelease {
  if (!opened.ok) return opened;
  const { attributes, key, plaintext } = opened;
  if (attributes.type !== events.release.type) return refused('ce_type');
  if (attributes.dataSchema !== events.release.dataSchema) return refused('ce_dataschema');
  const payload = decodePayload(events.release, plaintext);
  if (!payload.ok) return refused(payload.error === undefined ? '' : rejectionsOf(payload.error)[0].path);
  const release = payload.value;
  if (release.tenant !== attributes.tenant) return refused('ce_tenant');
  // A copy in another partition would be released a second time there.
  if (release.sourcePartition !== record.partition) return refused('sourcePartition');
  if (!isPseudonymOf('account', key)) return refused('key');
  if (!isPseudonymOf('transaction', release.transactionIdentity)) return refused('transactionIdentity');
  const { offset, timestampMs } = record;
  return { ok: true, claim: { offset, timestampMs, account: key, release } };
}

const refused = (path: string): ReadRelease => ({
  ok: false,
  rejection: { code: 'contract_violation', path },
});
