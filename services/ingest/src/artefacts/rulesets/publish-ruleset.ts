import { digestOf, readArtefacts, type PublishedArtefacts } from '@weir/artefacts';
import { artefactName, type Artefact } from '@weir/contracts';
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

/** The record of a ruleset fits its topic, sealed; escapes of YAML are longer in JSON. */
const longestBodyBytes = 900_000;

/**
 * So much of one token may wait for an approval: everything on the artefacts topic is read whole by whoever needs a part of
 * it, and who may publish and nothing else must not be able to bring that to a standstill.
 */
const mostUnapprovedBytes = 32 * 1_048_576;

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
 * Throws RulesetRefused `version_taken`, `ruleset_invalid` for one that is too long as JSON,
 * `too_much_unapproved`, and what the parts throw.
 */
export function publishRuleset(
  { ruleset, publishedBy }: { readonly ruleset: Ruleset; readonly publishedBy: string },
  ports: AnnouncePorts,
): Promise<PublishedRuleset> {
  const { ref } = ruleset;
  const digest = digestOf(ruleset);
  // As it stands in JSON, where what is undefined isn't there.
  const json = JSON.stringify(ruleset);
  const artefact: Artefact = {
    ...{ kind: 'ruleset', artefact: ref, digest, publishedBy },
    body: JSON.parse(json) as Artefact['body'],
  };
  const bodyBytes = Buffer.byteLength(json);
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
      if (artefactName(ref) === ownName)
        throw new RulesetRefused('version_taken', `${ownName} is Weir's own name; give yours another one`);
      requireRoom(said, artefact, bodyBytes);
      return { artefact, result: { artefact: ref, digest, publishedBy, isKnown: false } };
    }),
  );
}

function requireRoom(
  { artefacts, approvals }: PublishedArtefacts,
  wanted: Artefact,
  bodyBytes: number,
): void {
  const { artefact: ref, publishedBy = '' } = wanted;
  if (bodyBytes > longestBodyBytes)
    throw new RulesetRefused('ruleset_invalid', `${ref} is longer than ${longestBodyBytes} bytes as JSON`);
  const approved = new Set(approvals.map(({ digest }) => digest));
  const unapprovedBytes = artefacts
    .filter((one) => one.kind === 'ruleset' && one.publishedBy === publishedBy && !approved.has(one.digest))
    .reduce((sum, { body }) => sum + Buffer.byteLength(JSON.stringify(body)), bodyBytes);
  if (unapprovedBytes <= mostUnapprovedBytes) return;
  throw new RulesetRefused(
    'too_much_unapproved',
    `With ${ref} more than ${mostUnapprovedBytes / 1_048_576} MiB that ${publishedBy} has published would wait for an approval; have those approved that are meant`,
  );
}
