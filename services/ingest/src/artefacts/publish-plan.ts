import {
  artefactsPartition,
  artefactsTopic,
  digestOf,
  findArtefactAmong,
  readArtefacts,
  unusable,
  type PublishedArtefacts,
} from '@weir/artefacts';
import { WeirError, type Artefact } from '@weir/contracts';
import type { Opener, Sealer } from '@weir/envelope';
import type { KafkaClient, Producer } from '@weir/kafka';
import { defaultWindowPlan, readWindowPlan, type WindowPlan } from '@weir/windows';
import { retryWithin, type RetryWithin } from '../send/retry-within.ts';
import { artefactEvent, sealSaid } from './seal-said.ts';

/** What writing to the artefacts topic takes. */
export type ArtefactPorts = {
  readonly kafka: Pick<KafkaClient, 'readRange'>;
  readonly producer: Pick<Producer, 'append'>;
  /** Of the artefacts stream. */
  readonly sealer: Sealer;
  readonly opener: Opener;
  readonly environment: string;
  readonly nowMs: () => number;
  readonly retry: RetryWithin;
  readonly signal: AbortSignal;
};

export type PublishedPlan = {
  readonly artefact: string;
  readonly digest: string;
  /** Whether it was there already, as it is. */
  readonly isKnown: boolean;
};

/**
 * Publishes a window plan under its name and version, once and for all: saying it
 * again changes nothing, and the same version with other content is refused.
 *
 * `text` is the plan as JSON. Throws WeirError `config_invalid` naming the field
 * that is wrong, or the version that is taken, and what the parts throw.
 */
export async function publishPlan(text: string, ports: ArtefactPorts): Promise<PublishedPlan> {
  const plan = readPlan(text);
  const artefact: Artefact = {
    kind: 'window_plan',
    artefact: plan.ref,
    digest: digestOf(plan),
    body: { ...plan, spans: plan.spans.map((span) => ({ ...span })) },
  };
  const { artefact: ref, digest } = artefact;
  // What a failed append has done is seen on the topic, so it is looked at again and not just repeated.
  return retryWithin(ports.retry, ports.signal, async () => {
    const known = findPlanAmong(ref, await readArtefacts(ports));
    if (known !== undefined && known.digest !== digest) {
      throw new WeirError(
        'config_invalid',
        `window plan ${ref} exists with other content; a version never changes, so give this one another number`,
      );
    }
    if (known !== undefined) return { artefact: ref, digest, isKnown: true };
    await ports.producer.append(
      artefactsTopic,
      artefactsPartition,
      await sealSaid([artefactEvent(artefact)], ports),
    );
    return { artefact: ref, digest, isKnown: false };
  });
}

/** The name and version of a window plan given as JSON. Throws WeirError `config_invalid` like `publishPlan`. */
export const planNameIn = (text: string): string => readPlan(text).ref;

function readPlan(text: string): WindowPlan {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw new WeirError('config_invalid', 'the window plan is not JSON');
  }
  const outcome = readWindowPlan(body);
  if (outcome.ok) return outcome.plan;
  const problems = outcome.problems.map(({ path, message }) =>
    path === '' ? message : `${path}: ${message}`,
  );
  throw new WeirError('config_invalid', `the window plan is not one: ${problems.join('; ')}`);
}

/** A window plan as it has been published, or as it comes with the program. */
export type FoundPlan = { readonly plan: WindowPlan; readonly digest: string };

/**
 * Finds a window plan among what has been said; undefined where nobody has published it. Throws WeirError
 * `artefact_unknown` where it was published twice with different content, or its
 * content isn't what its name and digest say: detection could not decide by it.
 */
export function findPlanAmong(ref: string, said: PublishedArtefacts): FoundPlan | undefined {
  if (ref === defaultWindowPlan.ref) return { plan: defaultWindowPlan, digest: digestOf(defaultWindowPlan) };
  const wanted = { kind: 'window_plan', ref } as const;
  const found = findArtefactAmong(said, wanted);
  if (found === undefined) return undefined;
  const read = readWindowPlan(found.body);
  if (!read.ok || read.plan.ref !== ref || digestOf(read.plan) !== found.digest)
    throw unusable(wanted, 'it is not what its name and digest say');
  return { plan: read.plan, digest: found.digest };
}
