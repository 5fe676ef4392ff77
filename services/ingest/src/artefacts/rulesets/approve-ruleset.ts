import type { PublishedArtefacts } from '@weir/artefacts';
import type { Approval } from '@weir/contracts';
import { announce, type AnnouncePorts } from '../announce.ts';
import { retryWithin } from '../../send/retry-within.ts';
import { findRulesetAmong, type FoundRuleset } from './find-ruleset.ts';
import { nobodyPublished, RulesetRefused } from './ruleset-refused.ts';

export type ApprovedRuleset = {
  readonly artefact: string;
  readonly digest: string;
  readonly publishedBy: string | undefined;
  /** Who approved it first; undefined for one that is built in, which needs none. */
  readonly approvedBy: string | undefined;
  /** Whether it was approved already. */
  readonly isKnown: boolean;
};

/** The approval of a ruleset with this content; undefined where there is none. */
export const approvalOf = (
  { approvals }: Pick<PublishedArtefacts, 'approvals'>,
  ref: string,
  { digest, publishedBy }: FoundRuleset,
): Approval | undefined =>
  approvals.find((one) => one.artefact === ref && one.digest === digest && one.approvedBy !== publishedBy);

/** Throws RulesetRefused `ruleset_unknown` where nobody has published it, and as `findRulesetAmong` does. */
export function requireRuleset(ref: string, said: PublishedArtefacts): FoundRuleset {
  const found = findRulesetAmong(ref, said);
  if (found === undefined) throw nobodyPublished(ref);
  return found;
}

/**
 * Says with a second named token that a ruleset may come into force, bound to its content. Saying
 * it again changes nothing.
 *
 * Throws RulesetRefused `ruleset_unknown`, `approver_is_publisher`, WeirError `artefact_unknown` where the
 * ruleset was altered, and what the parts throw.
 */
export function approveRuleset(
  { ref, approvedBy }: { readonly ref: string; readonly approvedBy: string },
  ports: AnnouncePorts,
): Promise<ApprovedRuleset> {
  return retryWithin(ports.retry, ports.signal, () =>
    announce<ApprovedRuleset>(ports, (said) => {
      const found = requireRuleset(ref, said);
      const { digest, publishedBy } = found;
      const about = { artefact: ref, digest, publishedBy };
      if (found.isBuiltIn) return { result: { ...about, approvedBy: undefined, isKnown: true } };
      if (publishedBy === undefined)
        throw new RulesetRefused('ruleset_altered', `Nobody says who published ${ref}`);
      if (publishedBy === approvedBy)
        throw new RulesetRefused(
          'approver_is_publisher',
          `${ref} was published by ${publishedBy}; ${publishedBy} can't approve it too`,
        );
      const known = approvalOf(said, ref, found);
      if (known !== undefined) return { result: { ...about, approvedBy: known.approvedBy, isKnown: true } };
      return {
        approval: { artefactKind: 'ruleset', artefact: ref, digest, publishedBy, approvedBy },
        result: { ...about, approvedBy, isKnown: false },
      };
    }),
  );
}
