import type { AuditRequest, Release } from '@weir/contracts';
import { requestIdOf } from './request-id.ts';

/**
 * The request about a held transaction that was let go, by the worker that sealed
 * it as released. It names it by pseudonym and places alone, and who asked and who
 * approved as the approval says it.
 */
export function releasedTransactionRequest(released: {
  /** Who let it go. */
  readonly worker: string;
  /** The time of the approval's record. */
  readonly at: string;
  readonly release: Release;
  readonly releaseOffset: number;
}): AuditRequest {
  const { worker, at, release, releaseOffset } = released;
  const { tenant, transactionIdentity, sourcePartition, sourceOffset, heldOffset } = release;
  return {
    requestId: requestIdOf(['released', transactionIdentity, sourcePartition, heldOffset, at].join(' ')),
    at,
    actor: { kind: 'worker', name: worker },
    action: 'transaction_released',
    subject: { kind: 'transaction', id: transactionIdentity },
    result: 'done',
    origin: worker,
    details: {
      ...{ tenant, sourcePartition, sourceOffset, heldOffset, releaseOffset },
      requestedBy: release.requestedBy,
      ...(release.approvedBy === undefined ? {} : { approvedBy: release.approvedBy }),
    },
  };
}
