import { hash } from 'node:crypto';
import { decodePayload, events, streams, WeirError } from '@weir/contracts';
import type { Activation, Artefact } from '@weir/contracts';
import { openEvents } from '@weir/envelope';
import type { Opener } from '@weir/envelope';
import type { KafkaClient, KafkaRecord } from '@weir/kafka';
import { defaultWindowPlan, readWindowPlan } from '@weir/windows';
import type { WindowPlan } from '@weir/windows';

/** The window plan of a ref; where a digest is given, of that content and no other. */
export type ResolvePlan = (ref: string, digest?: string) => Promise<WindowPlan>;

const { topic } = streams.artefacts;
const readDeadlineMs = 30_000;

/** As it was said when it was published, and as the log says it when it brings the plan into force. */
export const planDigest = (plan: WindowPlan): string => hash('sha256', JSON.stringify(plan));

/**
 * Finds window plans: the one that comes with the program, and those that have
 * been published. What was found is kept, since a version never changes.
 *
 * Where a ref was published more than once with different content, which ingest
 * refuses, the digest says which is meant: the one that is given, as the log named
 * it, or else the one activations were announced with.
 *
 * Throws WeirError `artefact_unknown` for a ref that nobody has published, for one
 * of which nobody says which content is meant, or whose content is not what its
 * digest says: then nothing may be decided by it.
 */
export function createPlanResolver(parts: {
  readonly opening: { readonly opener: Opener; readonly environment: string };
  readonly kafka: Pick<KafkaClient, 'readRange'>;
}): ResolvePlan {
  const known = new Map<string, WindowPlan>([[defaultWindowPlan.ref, defaultWindowPlan]]);
  return async (ref, digest) => {
    const plan = known.get(ref) ?? (await findPublished(parts, ref, digest));
    if (plan === undefined) {
      throw unusable(ref, `nobody has published it on ${topic}`);
    }
    if (digest !== undefined && digest !== planDigest(plan))
      throw unusable(ref, 'the log asks for other content than was published');
    known.set(ref, plan);
    return plan;
  };
}

async function findPublished(
  parts: Parameters<typeof createPlanResolver>[0],
  ref: string,
  digest: string | undefined,
): Promise<WindowPlan | undefined> {
  const { artefacts, activations } = await readAbout(parts, ref);
  if (artefacts.length === 0) return undefined;
  const meant = digest ?? onlyOne(activations.map((one) => one.digest));
  const published = artefacts.filter((one) => meant === undefined || one.digest === meant);
  const [first] = published;
  if (first === undefined) throw unusable(ref, 'the log asks for other content than was published');
  if (published.some((one) => one.digest !== first.digest))
    throw unusable(ref, 'it was published twice with different content');
  const read = readWindowPlan(first.body);
  if (!read.ok) throw unusable(ref, `${read.problems[0].path}: ${read.problems[0].message}`);
  if (read.plan.ref !== ref || planDigest(read.plan) !== first.digest)
    throw unusable(ref, 'its content is not what its name and digest say');
  return read.plan;
}

/** What the artefacts topic says of a window plan. */
async function readAbout(
  { opening, kafka }: Parameters<typeof createPlanResolver>[0],
  ref: string,
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
      if (said.ok && said.value.kind === 'window_plan' && said.value.artefact === ref)
        artefacts.push(said.value);
    }
    if (one.attributes.type === events.activation.type) {
      const said = decodePayload(events.activation, one.plaintext);
      if (said.ok && said.value.artefactKind === 'window_plan' && said.value.artefact === ref)
        activations.push(said.value);
    }
  }
  return { artefacts, activations };
}

/** What all of them are, where they are the same. */
const onlyOne = ([first, ...others]: readonly string[]): string | undefined =>
  others.every((other) => other === first) ? first : undefined;

const unusable = (ref: string, why: string): WeirError =>
  new WeirError(
    'artefact_unknown',
    `window plan ${ref} can't be used: ${why}; see the runbook "artefact unknown"`,
  );
