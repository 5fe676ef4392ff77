import { digestOf, findArtefact, unusable } from '@weir/artefacts';
import type { ArtefactsReader } from '@weir/artefacts';
import { defaultWindowPlan, readWindowPlan } from '@weir/windows';
import type { WindowPlan } from '@weir/windows';

/** The window plan of a ref; where a digest is given, of that content and no other. */
export type ResolvePlan = (ref: string, digest?: string) => Promise<WindowPlan>;

/** As it was said when it was published, and as the log says it when it brings the plan into force. */
export const planDigest = (plan: WindowPlan): string => digestOf(plan);

/**
 * Finds window plans: the one that comes with the program, and those that have
 * been published. What was found is kept, since a version never changes.
 *
 * Throws WeirError `artefact_unknown` for a ref that nobody has published, for one
 * of which nobody says which content is meant, or whose content is not what its
 * digest says: then nothing may be decided by it.
 */
export function createPlanResolver(reader: ArtefactsReader): ResolvePlan {
  const known = new Map<string, WindowPlan>([[defaultWindowPlan.ref, defaultWindowPlan]]);
  return async (ref, digest) => {
    const plan = known.get(ref) ?? (await findPublished(reader, ref, digest));
    if (digest !== undefined && digest !== planDigest(plan))
      throw unusable({ kind: 'window_plan', ref }, 'the log asks for other content than was published');
    known.set(ref, plan);
    return plan;
  };
}

async function findPublished(
  reader: ArtefactsReader,
  ref: string,
  digest: string | undefined,
): Promise<WindowPlan> {
  const wanted = { kind: 'window_plan', ref, digest } as const;
  const published = await findArtefact(reader, wanted);
  const read = readWindowPlan(published.body);
  if (!read.ok) throw unusable(wanted, `${read.problems[0].path}: ${read.problems[0].message}`);
  if (read.plan.ref !== ref || planDigest(read.plan) !== published.digest)
    throw unusable(wanted, 'its content is not what its name and digest say');
  return read.plan;
}
