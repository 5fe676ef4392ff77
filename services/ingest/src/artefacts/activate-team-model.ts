import { artefactsPartition, artefactsTopic, digestOf, readArtefacts } from '@weir/artefacts';
import { WeirError, type Artefact, type TeamModelDescriptor } from '@weir/contracts';
import { featureNamesOf } from '@weir/scoring';
import { readDescriptor } from '@weir/team-model';
import { retryWithin } from '../send/retry-within.ts';
import { activate, type Activated, type ActivationPorts } from './activate.ts';
import { artefactEvent, sealSaid } from './seal-said.ts';
import { planInForce, requireScored } from './what-fits.ts';

/**
 * Publishes what is known of a team's own model, once and for all, and brings it
 * into force as `activate` does. Saying it again finishes it where it was
 * interrupted. The model's file is not looked at: it lies beside the workers, which
 * know it by its digest.
 *
 * `text` is the descriptor as JSON; `openedWith` the ruleset of a log whose first
 * record is no longer there. Throws WeirError `config_invalid` naming the field that
 * is wrong or the version that is taken, `artefact_unknown` where the ruleset in
 * force asks for no score, and what `activate` throws.
 */
export async function activateTeamModel(
  options: { readonly text: string; readonly logId: string; readonly openedWith: string },
  ports: ActivationPorts,
): Promise<Activated> {
  const descriptor = await publish(options, ports);
  const { ref: artefact } = descriptor;
  const digest = digestOf(descriptor);
  const { logId, openedWith } = options;
  const activated = await activate(
    {
      logId,
      choose: (said, opened) => {
        if (descriptor.kind === 'onnx') requireScored({ said, logId, opened: opened ?? openedWith });
        // Another plan may have come into force since it was published.
        describedUnder(descriptor, { said, logId });
        return { artefactKind: 'team_model', artefact, digest };
      },
    },
    ports,
  );
  if (activated === undefined) throw new Error('a team model that was chosen came not into force');
  return activated;
}

/** Its name and version. Throws WeirError `config_invalid` where the text is no JSON or has none. */
export function teamModelNameIn(text: string): string {
  const body = parse(text);
  const ref = typeof body === 'object' && body !== null && 'ref' in body ? body.ref : undefined;
  const read = readDescriptor({ ref, kind: 'none' }, []);
  if (read.ok) return read.descriptor.ref;
  throw new WeirError('config_invalid', 'the team model is not described: ref: expected name@version');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new WeirError('config_invalid', 'the description of the team model is not JSON');
  }
}

/** Throws WeirError `config_invalid` where it isn't described, or looks at what the plan in force has no windows for. */
function describedUnder(body: unknown, log: Parameters<typeof planInForce>[0]): TeamModelDescriptor {
  const read = readDescriptor(body, featureNamesOf(planInForce(log)));
  if (read.ok) return read.descriptor;
  const problems = read.problems.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
  throw new WeirError('config_invalid', `the team model is not described: ${problems.join('; ')}`);
}

function publish(
  { text, logId }: { readonly text: string; readonly logId: string },
  ports: ActivationPorts,
): Promise<TeamModelDescriptor> {
  const body = parse(text);
  // What a failed append has done is seen on the topic, so it is looked at again and not just repeated.
  return retryWithin(ports.retry, ports.signal, async () => {
    const said = await readArtefacts(ports);
    const descriptor = describedUnder(body, { said, logId });
    const artefact: Artefact = {
      kind: 'team_model',
      artefact: descriptor.ref,
      digest: digestOf(descriptor),
      body: descriptor,
    };
    const known = said.artefacts.filter(
      (one) => one.kind === artefact.kind && one.artefact === artefact.artefact,
    );
    if (known.some(({ digest }) => digest !== artefact.digest)) {
      throw new WeirError(
        'config_invalid',
        `team model ${artefact.artefact} exists with other content; a version never changes, so give this one another number`,
      );
    }
    if (known.length === 0) {
      const records = await sealSaid([artefactEvent(artefact)], ports);
      await ports.producer.append(artefactsTopic, artefactsPartition, records);
    }
    return descriptor;
  });
}
