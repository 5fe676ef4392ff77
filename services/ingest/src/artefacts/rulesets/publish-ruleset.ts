import { digestOf, nameOf, readArtefacts } from '@weir/artefacts';
import type { Artefact } from '@weir/contracts';
import type { Ruleset } from '@weir/rules';
import { announce, type AnnouncePorts } from '../announce.ts';
import { retryWithin } from '../../send/retry-within.ts';
import { planInForce } from '../what-fits.ts';
import { findRulesetAmong } from './find-ruleset.ts';
import { readDocument } from './read-document.ts';
import { RulesetRefused } from './ruleset-refused.ts';

export type PublishedRuleset = {
  readonly artefact: string;
  readonly digest: string;
  /** The named token it was published with; undefined for one that is built in. */
  readonly publishedBy: string | undefined;
  /** Whether it was there already, as it is. */
  readonly isKnown: boolean;
};

/** What rulesets of Weir itself are called: later releases may bring further versions. */
const ownName = 'starter';

/**
 * Reads a document as it would be published: under the window plan in force, with its tests.
 * Throws RulesetRefused `ruleset_invalid` with what is wrong and where, and what the parts throw.
 */
export async function readForPublishing(
  { document, logId }: { readonly document: string; readonly logId: string },
  ports: AnnouncePorts,
): Promise<Ruleset> {
  const said = await retryWithin(ports.retry, ports.signal, () => readArtefacts(ports));
  return readDocument(document, planInForce({ said, logId }));
}

/**
 * Publishes a ruleset under its name and version, once and for all: saying it again
 * changes nothing, whoever says it, and the same version with other content is refused.
 *
 * Throws RulesetRefused `version_taken`, and what the parts throw.
 */
export function publishRuleset(
  { ruleset, publishedBy }: { readonly ruleset: Ruleset; readonly publishedBy: string },
  ports: AnnouncePorts,
): Promise<PublishedRuleset> {
  const { ref } = ruleset;
  const digest = digestOf(ruleset);
  const artefact: Artefact = {
    ...{ kind: 'ruleset', artefact: ref, digest, publishedBy },
    // As it stands in JSON, where what is undefined isn't there.
    body: JSON.parse(JSON.stringify(ruleset)) as Artefact['body'],
  };
  return retryWithin(ports.retry, ports.signal, () =>
    announce<PublishedRuleset>(ports, (said) => {
      const known = findRulesetAmong(ref, said);
      if (known?.digest === digest)
        return { result: { artefact: ref, digest, publishedBy: known.publishedBy, isKnown: true } };
      if (known !== undefined)
        throw new RulesetRefused(
          'version_taken',
          `${ref} exists with other content; a version never changes, so give this one another number`,
        );
      if (nameOf(ref) === ownName)
        throw new RulesetRefused('version_taken', `${ownName} is Weir's own name; give yours another one`);
      return { artefact, result: { artefact: ref, digest, publishedBy, isKnown: false } };
    }),
  );
}
