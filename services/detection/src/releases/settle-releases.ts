import type { HeldTransaction, Rejection } from '@weir/contracts';
import type { OpenedEvent } from '@weir/envelope';
import { checkHeld } from './check-held.ts';
import type { ReadRelease, ReleaseClaim } from './read-release.ts';
import type { ReleaseMemory } from './release-memory.ts';

/** What became of one record of the releases topic. */
export type SettledRelease =
  | { readonly kind: 'released'; readonly claim: ReleaseClaim; readonly held: HeldTransaction }
  | { readonly kind: 'repeated' }
  | { readonly kind: 'rejected'; readonly rejection: Rejection };

/** Record by record: a claim, or why it is refused. `isRefused` says of which it was found that they can never be published. */
export const refuseSome = (
  records: readonly { readonly offset: number }[],
  read: readonly ReadRelease[],
  isRefused: (offset: number) => boolean,
): readonly ReadRelease[] =>
  read.map((one, index) =>
    isRefused(records[index]?.offset ?? -1)
      ? { ok: false, rejection: { code: 'processing_failed', path: '' } }
      : one,
  );

/** The held records that have to be seen before these can be settled, each once. */
export const heldOffsetsOf = (read: readonly ReadRelease[], memory: ReleaseMemory): readonly number[] => [
  ...new Set(read.flatMap((one) => (one.ok && !memory.has(one.claim) ? [one.claim.release.heldOffset] : []))),
];

/**
 * Decides in offset order: the first claim of a held transaction releases it, what
 * repeats one is dropped, and what names nothing that was held is refused. Takes
 * every claim into the memory.
 */
export function settleReleases(
  read: readonly ReadRelease[],
  held: ReadonlyMap<number, OpenedEvent>,
  memory: ReleaseMemory,
): readonly SettledRelease[] {
  return read.map((one): SettledRelease => {
    if (!one.ok) return { kind: 'rejected', rejection: one.rejection };
    const { claim } = one;
    if (memory.has(claim)) return { kind: 'repeated' };
    memory.add(claim);
    const checked = checkHeld(claim, held.get(claim.release.heldOffset));
    return checked.ok
      ? { kind: 'released', claim, held: checked.held }
      : { kind: 'rejected', rejection: checked.rejection };
  });
}
