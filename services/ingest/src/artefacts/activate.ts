import { lastActivation, readArtefacts, type PublishedArtefacts } from '@weir/artefacts';
import {
  encodePayload,
  events,
  formatInstant,
  systemTenant,
  WeirError,
  type Activation,
  type ModelPolicy,
  type Rollout,
} from '@weir/contracts';
import { sealEvents, type Sealer } from '@weir/envelope';
import type { KafkaClient, OutgoingRecord, Producer } from '@weir/kafka';
import { logTopic, requireOpenedLog } from '../log/read-opening.ts';
import { retryWithin } from '../send/retry-within.ts';
import { announce, type AnnouncePorts } from './announce.ts';
import { artefactSource } from './seal-said.ts';

export type ActivationPorts = Omit<AnnouncePorts, 'kafka'> & {
  readonly kafka: AnnouncePorts['kafka'] & Pick<KafkaClient, 'offsets' | 'topicPartitions'>;
  readonly producer: Pick<Producer, 'append'>;
  /** Of the log's stream. */
  readonly logSealer: Sealer;
};

/** What may come into force. */
export type Activatable = Pick<Activation, 'artefactKind' | 'artefact' | 'digest' | 'location' | 'rollout'>;

export type Activated = {
  readonly artefact: string;
  readonly sequence: number;
  /** Where it came beside what is in force. */
  readonly rollout?: Rollout;
  /** Behind the record that says it, in each partition: the next offset to read. */
  readonly positions: Readonly<Record<number, number>>;
};

export type ActivationChoice = {
  readonly logId: string;
  /**
   * What is to come into force, by what has been said on the artefacts topic; undefined where nothing
   * is. Asked several times: somebody else may say something in between. `opened` is the ruleset the log was
   * opened with, where it still says so. Throws where it can't be said, because detection could not decide by
   * it: what the log says can't be taken back.
   */
  readonly choose: (said: PublishedArtefacts, opened: string | undefined) => Activatable | undefined;
  /** The same where it takes reading it. Throws WeirError `artefact_unknown`. */
  readonly verify?: (wanted: Activatable) => Promise<void>;
  /** Said in the same transaction as the number of the activation. */
  readonly policy?: ModelPolicy | undefined;
};

/**
 * Brings an artefact into force by a control record in every partition of the
 * log. The activation gets its number on the artefacts topic before the log is
 * told, and no two get the same. Saying the last one again finishes it where it was
 * interrupted; a newer one finishes the last one first, so that no partition passes
 * any over. Any number of activators may run at the same time: one that was
 * overtaken says its number again behind a higher one, and the log passes it over.
 *
 * Undefined where there was nothing to bring into force. Throws WeirError
 * `log_other` where the log is not the one that is meant, what `choose` and `verify`
 * throw, and the parts.
 */
export async function activate(
  choice: ActivationChoice,
  ports: ActivationPorts,
): Promise<Activated | undefined> {
  const { retry, signal } = ports;
  const { logId, choose } = choice;
  const log = await retryWithin(retry, signal, () => requireLog(logId, ports));
  const finished = new Set<number>();
  const verified = new Set<string>();
  const attempt = async (): Promise<Activation | undefined> => {
    const before = await readArtefacts(ports);
    const last = lastActivation(before, logId);
    const wanted = choose(before, log.ruleset);
    if (wanted === undefined) return undefined;
    if (!isIt(last, wanted)) {
      if (!verified.has(wanted.digest)) await choice.verify?.(wanted);
      verified.add(wanted.digest);
      if (last !== undefined && !finished.has(last.sequence)) {
        await tellLog(last, log.partitionCount, { ...ports, retry: { ...retry, limitMs: 0 } });
        finished.add(last.sequence);
      }
    }
    return announce(ports, (said) =>
      announcementOf({ said, choice, opened: log.ruleset, wanted, after: last?.sequence }),
    );
  };
  const activation = await retryWithin(retry, signal, attempt);
  if (activation === undefined) return undefined;
  const positions = await tellLog(activation, log.partitionCount, ports);
  const { artefact, sequence, rollout } = activation;
  return { artefact, sequence, ...(rollout === undefined ? {} : { rollout }), positions };
}

function announcementOf(options: {
  readonly said: PublishedArtefacts;
  readonly choice: ActivationChoice;
  readonly opened: string | undefined;
  readonly wanted: Activatable;
  readonly after: number | undefined;
}) {
  const { said, choice, opened, wanted, after } = options;
  const { logId } = choice;
  const last = lastActivation(said, logId);
  const again = choice.choose(said, opened);
  if (again === undefined) return { result: undefined };
  const policy = choice.policy?.mode === modeOf(said) ? undefined : choice.policy;
  // It has its number: a version never changes, so it is the same one.
  if (last !== undefined && isIt(last, again)) return { policy, result: last };
  if (last?.sequence !== after || !isIt(wanted, again))
    throw new WeirError('partition_fenced', 'another activation came between; beginning again');
  const { artefactKind, artefact, digest, location, rollout } = wanted;
  const where = {
    ...(location === undefined ? {} : { location }),
    ...(rollout === undefined ? {} : { rollout }),
  };
  const sequence = (after ?? 0) + 1;
  const activation: Activation = { logId, sequence, artefactKind, artefact, digest, ...where };
  return { activation, policy, result: activation };
}

/** Models follow the learner until somebody says otherwise. */
export const modeOf = ({ modelPolicy }: Pick<PublishedArtefacts, 'modelPolicy'>): ModelPolicy['mode'] =>
  modelPolicy?.mode ?? 'follow';

const isIt = (last: Activatable | undefined, wanted: Activatable): boolean =>
  last?.artefactKind === wanted.artefactKind &&
  last.artefact === wanted.artefact &&
  last.digest === wanted.digest &&
  isSameRollout(last.rollout, wanted.rollout);

const isSameRollout = (one: Rollout | undefined, other: Rollout | undefined): boolean =>
  one?.stage === other?.stage && percentOf(one) === percentOf(other);

const percentOf = (rollout: Rollout | undefined): number | undefined =>
  rollout?.stage === 'canary' ? rollout.percent : undefined;

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

async function tellLog(
  activation: Activation,
  partitions: number,
  ports: ActivationPorts,
): Promise<Activated['positions']> {
  const positions: Record<number, number> = {};
  const records = await retryWithin(ports.retry, ports.signal, () => sealControl(activation, ports));
  for (let partition = 0; partition < partitions; partition += 1) {
    // A record whose append failed may be there all the same; a second one changes nothing.
    positions[partition] = await retryWithin(ports.retry, ports.signal, async () => {
      const { firstOffset } = await ports.producer.append(logTopic, partition, records);
      return firstOffset + records.length;
    });
  }
  return positions;
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
