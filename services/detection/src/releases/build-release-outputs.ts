import { auditRequestEvent, refusedRecordRequest, releasedTransactionRequest } from '@weir/audit';
import {
  encodePayload,
  events,
  formatInstant,
  releasedEventId,
  securityRejectionCodes,
} from '@weir/contracts';
import type { Rejection } from '@weir/contracts';
import { deadLetterEvent } from '@weir/envelope';
import type { UnsealedEvent } from '@weir/envelope';
import type { KafkaRecord } from '@weir/kafka';
import type { ReleaseOutputStream } from './release-parts.ts';
import type { SettledRelease } from './settle-releases.ts';

export type ReleaseOutputs = Readonly<Record<ReleaseOutputStream, readonly UnsealedEvent[]>>;

type Released = Extract<SettledRelease, { kind: 'released' }>;

const worker = 'detection';

/**
 * What a run of releases leaves on the topics, not yet sealed: an event for each
 * transaction that is let go, a dead letter for each record that is refused, and
 * a request to the notary about either. The same run always gives the same
 * payloads and ids.
 */
export function buildReleaseOutputs(
  records: readonly KafkaRecord[],
  settled: readonly SettledRelease[],
): ReleaseOutputs {
  const outputs: Record<ReleaseOutputStream, UnsealedEvent[]> = { cleared: [], rejected: [], intake: [] };
  for (const [index, one] of settled.entries()) {
    switch (one.kind) {
      case 'repeated':
        break;
      case 'released':
        outputs.cleared.push(releasedEvent(one));
        outputs.intake.push(releaseToAudit(one));
        break;
      case 'rejected': {
        const record = records[index] as KafkaRecord;
        outputs.rejected.push(deadLetterEvent(record, one.rejection));
        if (securityRejectionCodes.has(one.rejection.code))
          outputs.intake.push(refusalToAudit(record, one.rejection));
      }
    }
  }
  return outputs;
}

function releasedEvent({ claim, held }: Released): UnsealedEvent {
  const { release } = claim;
  const { type, dataSchema } = events.transactionReleased;
  return {
    id: releasedEventId(release.transactionIdentity),
    key: claim.account,
    tenant: release.tenant,
    time: held.transaction.eventTime,
    type,
    dataSchema,
    plaintext: encodePayload(events.transactionReleased, {
      transaction: held.transaction,
      verdict: held.verdict,
      release: {
        requestedBy: release.requestedBy,
        ...(release.approvedBy === undefined ? {} : { approvedBy: release.approvedBy }),
        approvedAt: release.approvedAt,
      },
      sourcePartition: release.sourcePartition,
      sourceOffset: release.sourceOffset,
      releaseOffset: claim.offset,
    }),
  };
}

const releaseToAudit = ({ claim }: Released): UnsealedEvent =>
  auditRequestEvent(
    releasedTransactionRequest({
      worker,
      at: formatInstant(claim.timestampMs),
      release: claim.release,
      releaseOffset: claim.offset,
    }),
  );

function refusalToAudit(
  { topic, partition, offset, timestampMs }: KafkaRecord,
  { code }: Rejection,
): UnsealedEvent {
  const at = formatInstant(timestampMs);
  return auditRequestEvent(refusedRecordRequest({ worker, at, origin: { topic, partition, offset }, code }));
}
