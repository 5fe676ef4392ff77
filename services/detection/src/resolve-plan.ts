import { hash } from 'node:crypto';
import { decodePayload, events, streams, WeirError } from '@weir/contracts';
import type { Artefact } from '@weir/contracts';
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
 * Throws WeirError `artefact_unknown` for a ref that nobody has published, that
 * was published twice with different content, or whose content is not what its
 * digest says: then nothing may be decided by it.
 */
export function createPlanResolver(parts: {
  readonly opening: { readonly opener: Opener; readonly environment: string };
  readonly kafka: Pick<KafkaClient, 'readRange'>;
}): ResolvePlan {
  const known = new Map<string, WindowPlan>([[defaultWindowPlan.ref, defaultWindowPlan]]);
  return async (ref, digest) => {
    const plan = known.get(ref) ?? (await findPublished(parts, ref));
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
  { opening, kafka }: Parameters<typeof createPlanResolver>[0],
  ref: string,
): Promise<WindowPlan | undefined> {
  const records: KafkaRecord[] = [];
  await kafka.readRange({
    topic,
    from: 'earliest',
    onRecord: (record) => void records.push(record),
    readCommitted: true,
    deadlineMs: readDeadlineMs,
  });
  const opened = await openEvents({ ...opening, stream: 'artefacts' }, records);
  const found = opened.flatMap((one): Artefact[] => {
    if (!one.ok || one.attributes.type !== events.artefact.type) return [];
    const payload = decodePayload(events.artefact, one.plaintext);
    return payload.ok && payload.value.kind === 'window_plan' && payload.value.artefact === ref
      ? [payload.value]
      : [];
  });
  const [first] = found;
  if (first === undefined) return undefined;
  if (found.some(({ digest }) => digest !== first.digest))
    throw unusable(ref, 'it was published twice with different content');
  const read = readWindowPlan(first.body);
  if (!read.ok) throw unusable(ref, `${read.problems[0].path}: ${read.problems[0].message}`);
  if (read.plan.ref !== ref || planDigest(read.plan) !== first.digest)
    throw unusable(ref, 'its content is not what its name and digest say');
  return read.plan;
}

const unusable = (ref: string, why: string): WeirError =>
  new WeirError(
    'artefact_unknown',
    `window plan ${ref} can't be used: ${why}; see the runbook "artefact unknown"`,
  );
