import { decodePayload, events, streams, WeirError } from '@weir/contracts';
import type { Activation, Artefact, ArtefactKind } from '@weir/contracts';
import { openEvents } from '@weir/envelope';
import type { Opener } from '@weir/envelope';
import type { KafkaClient, KafkaRecord } from '@weir/kafka';

const { topic } = streams.artefacts;
const readDeadlineMs = 30_000;

export type ArtefactsReader = {
  readonly opening: { readonly opener: Opener; readonly environment: string };
  readonly kafka: Pick<KafkaClient, 'readRange'>;
};

/** What is looked for; where a digest is given, of that content and no other. */
export type WantedArtefact = {
  readonly kind: ArtefactKind;
  readonly ref: string;
  readonly digest?: string | undefined;
};

/**
 * Finds what has been published under a name and version. Where that happened more
 * than once with different content, which ingest refuses, the digest says which is
 * meant: the one that is given, as the log named it, or else the one activations
 * were announced with.
 *
 * Throws WeirError `artefact_unknown` where nobody has published it, or nobody says
 * which content is meant: then nothing may be decided by it.
 */
export async function findArtefact(reader: ArtefactsReader, wanted: WantedArtefact): Promise<Artefact> {
  const { artefacts, activations } = await readAbout(reader, wanted);
  if (artefacts.length === 0) throw unusable(wanted, `nobody has published it on ${topic}`);
  const meant = wanted.digest ?? onlyOne(activations.map((one) => one.digest));
  const published = artefacts.filter((one) => meant === undefined || one.digest === meant);
  const [first] = published;
  if (first === undefined) throw unusable(wanted, 'the log asks for other content than was published');
  if (published.some((one) => one.digest !== first.digest))
    throw unusable(wanted, 'it was published twice with different content');
  return first;
}

async function readAbout(
  { opening, kafka }: ArtefactsReader,
  { kind, ref }: WantedArtefact,
): Promise<{ readonly artefacts: readonly Artefact[]; readonly activations: readonly Activation[] }> {
  const records: KafkaRecord[] = [];
  await kafka.readRange({
    topic,
    from: 'earliest',
    onRecord: (record) => void records.push(record),
    readCommitted: true,
    deadlineMs: readDeadlineMs,
  });
  const artefacts: Artefact[] = [];
  const activations: Activation[] = [];
  for (const one of await openEvents({ ...opening, stream: 'artefacts' }, records)) {
    if (!one.ok) continue;
    if (one.attributes.type === events.artefact.type) {
      const said = decodePayload(events.artefact, one.plaintext);
      if (said.ok && said.value.kind === kind && said.value.artefact === ref) artefacts.push(said.value);
    }
    if (one.attributes.type === events.activation.type) {
      const said = decodePayload(events.activation, one.plaintext);
      if (said.ok && said.value.artefactKind === kind && said.value.artefact === ref)
        activations.push(said.value);
    }
  }
  return { artefacts, activations };
}

/** What all of them are, where they are the same. */
const onlyOne = ([first, ...others]: readonly string[]): string | undefined =>
  others.every((other) => other === first) ? first : undefined;

export const unusable = (
  { kind, ref }: Pick<WantedArtefact, 'kind' | 'ref'>,
  why: string,
  cause?: unknown,
): WeirError =>
  new WeirError(
    'artefact_unknown',
    `${kind.replace('_', ' ')} ${ref} can't be used: ${why}; see the runbook "artefact unknown"`,
    { cause },
  );
