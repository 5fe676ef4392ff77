import type { ReleaseRequest } from '@weir/alert-store';
import type { Revived } from './revive-alert.ts';

/**
 * The requests to let transactions go that a revision tells of: what stands differently in it from what
 * `known` says was asked and approved by whoever made the revision. Pure.
 */
export function reviveReleases(
  { alert, details, change }: Revived,
  known: ReadonlyMap<string, ReleaseRequest>,
): readonly ReleaseRequest[] {
  if (details?.kind !== 'unusual_transactions' || change === undefined) return [];
  const { alertId } = alert;
  const { actor, atMs } = change;
  return details.transactions.flatMap(({ identity: entryId, release }): readonly ReleaseRequest[] => {
    if (release === undefined) return [];
    const asked = known.get(entryId);
    const isApproved = release === 'approved';
    if (asked === undefined)
      return [
        {
          ...{ entryId, alertId, requestedBy: actor.name, requestedAtMs: atMs, approvedBy: null },
          // Of a small amount whoever asks is enough.
          approvedAtMs: isApproved ? atMs : null,
        },
      ];
    if (!isApproved || asked.approvedAtMs !== null) return [];
    return [{ ...asked, approvedBy: actor.name, approvedAtMs: atMs }];
  });
}
