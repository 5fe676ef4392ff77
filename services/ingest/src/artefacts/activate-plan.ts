import {
  encodePayload,
  events,
  formatInstant,
  systemTenant,
  WeirError,
  type Activation,
} from '@weir/contracts';
import { sealEvents, type Sealer } from '@weir/envelope';
import type { KafkaClient, OutgoingRecord } from '@weir/kafka';
import { artefactBodies, misfitOf, resolveRuleset } from '@weir/rules';
import type { WindowPlan } from '@weir/windows';
import { logTopic, requireOpenedLog } from '../log/read-opening.ts';
import { retryWithin } from '../send/retry-within.ts';
import { artefactSource, findPlan, type ArtefactPorts } from './publish-plan.ts';
import { artefactsTopic, readArtefacts } from './read-artefacts.ts';

export type ActivationPorts = Omit<ArtefactPorts, 'kafka'> & {
  readonly kafka: Pick<KafkaClient, 'readRange' | 'offsets' | 'topicPartitions'>;
  /** Of the log's stream. */
  readonly logSealer: Sealer;
};

export type ActivatedPlan = {
  readonly sequence: number;
  /** Behind the record that says it, in each partition: the next offset to read. */
  readonly positions: Readonly<Record<number, number>>;
};

/**
 * Brings a window plan into force by a control record in every partition of the
 * log. The activation gets its number on the artefacts topic before the log is
 * told. Saying the last one again finishes it where it was interrupted; a newer
 * one finishes the last one first, so that no partition passes any over. Two runs
 * at the same time are not provided for.
 *
 * What the log says can't be taken back, and a plan that detection can't decide by
 * would stop it for good; so such a one is refused before anything is said.
 *
 * Throws WeirError `artefact_unknown` for a plan that has not been published, was
 * published twice with different content, or has no windows for the ruleset in
 * force; `log_other` where the log is not the one that is meant, and what the parts throw.
 */
export async function activatePlan(
  { ref, logId }: { readonly ref: string; readonly logId: string },
  ports: ActivationPorts,
): Promise<ActivatedPlan> {
  const { retry, signal } = ports;
  const { partitionCount: partitions, ruleset } = await retryWithin(retry, signal, () =>
    requireLog(logId, ports),
  );
  const last = await retryWithin(retry, signal, () => lastActivation(logId, ports));
  // It has its number: a version never changes, so it is the same one.
  if (last?.artefactKind === 'window_plan' && last.artefact === ref) return tellLog(last, partitions, ports);
  const found = await retryWithin(retry, signal, () => findPlan(ref, ports));
  if (found === undefined)
    throw new WeirError('artefact_unknown', `window plan ${ref} has not been published`);
  requireFitting(found.plan, ruleset);
  const { digest } = found;
  if (last !== undefined) await tellLog(last, partitions, ports);
  const sequence = (last?.sequence ?? 0) + 1;
  const activation: Activation = { logId, sequence, artefactKind: 'window_plan', artefact: ref, digest };
  await retryWithin(retry, signal, async () => {
    // What a failed append has done is seen on the topic.
    if ((await lastActivation(logId, ports))?.sequence === sequence) return;
    await ports.producer.append(artefactsTopic, 0, await sealAnnouncement(activation, ports));
  });
  return tellLog(activation, partitions, ports);
}

async function requireLog(
  logId: string,
  { kafka, opener, environment }: ActivationPorts,
): ReturnType<typeof requireOpenedLog> {
  const opened = await requireOpenedLog(kafka, opener, environment);
  const { logId: name } = opened;
  // Where retention has deleted every record that names the log, whoever asks is believed.
  if (name !== null && name !== logId)
    throw new WeirError('log_other', `${logTopic} is log ${name}, not ${logId}`);
  return opened;
}

/** The ruleset is the one the log was opened with; where retention has deleted what says it, it may be any. */
function requireFitting(plan: WindowPlan, opened: string | undefined): void {
  const inForce =
    opened === undefined
      ? artefactBodies.flatMap((one) => (one.kind === 'ruleset' ? [one.ref] : []))
      : [opened];
  for (const ref of inForce) {
    const ruleset = resolveRuleset(ref);
    const misfit = ruleset === undefined ? "this release doesn't have it" : misfitOf(ruleset, plan);
    if (misfit === undefined) continue;
    throw new WeirError(
      'artefact_unknown',
      `ruleset ${ref} can't decide under window plan ${plan.ref}: ${misfit}`,
    );
  }
}

async function lastActivation(
  logId: string,
  { kafka, opener, environment }: ActivationPorts,
): Promise<Activation | undefined> {
  const { activations } = await readArtefacts(kafka, opener, environment);
  return activations
    .filter((one) => one.logId === logId)
    .reduce<Activation | undefined>(
      (last, one) => (last === undefined || one.sequence > last.sequence ? one : last),
      undefined,
    );
}

async function tellLog(
  activation: Activation,
  partitions: number,
  ports: ActivationPorts,
): Promise<ActivatedPlan> {
  const positions: Record<number, number> = {};
  const records = await retryWithin(ports.retry, ports.signal, () => sealControl(activation, ports));
  for (let partition = 0; partition < partitions; partition += 1) {
    // A record whose append failed may be there all the same; a second one changes nothing.
    positions[partition] = await retryWithin(ports.retry, ports.signal, async () => {
      const { firstOffset } = await ports.producer.append(logTopic, partition, records);
      return firstOffset + records.length;
    });
  }
  return { sequence: activation.sequence, positions };
}

function sealAnnouncement(
  activation: Activation,
  { sealer, environment, nowMs }: ActivationPorts,
): Promise<readonly OutgoingRecord[]> {
  const { type, dataSchema } = events.activation;
  const event = {
    key: activation.artefact,
    id: `activation-${activation.logId}-${activation.sequence}`,
    type,
    dataSchema,
    time: formatInstant(nowMs()),
    tenant: systemTenant,
    plaintext: encodePayload(events.activation, activation),
  };
  return sealEvents({ sealer, stream: 'artefacts', environment, source: artefactSource }, [event]);
}

function sealControl(
  activation: Activation,
  { logSealer, environment, nowMs }: ActivationPorts,
): Promise<readonly OutgoingRecord[]> {
  const { type, dataSchema } = events.control;
  const event = {
    key: 'control',
    id: `control-${activation.logId}-${activation.sequence}`,
    type,
    dataSchema,
    time: formatInstant(nowMs()),
    tenant: systemTenant,
    plaintext: encodePayload(events.control, { kind: 'artefact_activated', ...activation }),
  };
  return sealEvents({ sealer: logSealer, stream: 'received', environment, source: artefactSource }, [event]);
}
