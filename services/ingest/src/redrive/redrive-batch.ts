import {
  encodePayload,
  events,
  formatInstant,
  redriveBatchLimitMs,
  redriveHeader,
  streams,
  systemTenant,
  WeirError,
  writeRedriveHeader,
  type RedriveInput,
  type RedriveMark,
  type RedriveRecord,
  type Redriven,
  type Rejection,
} from '@weir/contracts';
import { sealEvents } from '@weir/envelope';
import type { KafkaClient, OutgoingRecord, Producer } from '@weir/kafka';
import { createDispatcher } from '../send/dispatcher.ts';
import { sealerAmong, type Outgoing, type OutgoingSealers, type OutgoingStream } from '../send/outgoing.ts';
import { retryWithin, type RetryWithin } from '../send/retry-within.ts';
import type { createOfferAgain } from './offer-again.ts';

export type RedrivePorts = {
  readonly kafka: Pick<KafkaClient, 'offsets'>;
  readonly producer: Pick<Producer, 'append'>;
  readonly sealers: OutgoingSealers;
  readonly environment: string;
  readonly offerAgain: ReturnType<typeof createOfferAgain>;
  readonly retry: RetryWithin;
  readonly nowMs: () => number;
  /** Calls back once after so long, unless the function it answers is called before. */
  readonly after: (delayMs: number, call: () => void) => () => void;
  /** Aborted when the run is to end. */
  readonly signal: AbortSignal;
};

/** What became of one letter; one that is not sent is as it was. */
export type RedriveOutcome = RedriveMark & {
  readonly became: 'accepted' | 'refused' | 'unfit' | 'not_ours' | 'not_sent';
  /** Why it is refused again. */
  readonly rejections: readonly Rejection[];
};

type Ticket = RedriveMark & {
  readonly id: string;
  readonly partition: number;
  readonly rejections: readonly Rejection[];
};

/** Where it is said that letters are redriven: anywhere on their topic, as long as it is one place. */
const saidPartition = 0;

/**
 * Offers a batch of dead letters again. Says so on their topic before anything is sent, with the ends of the log,
 * and what became of them behind it: whoever comes after a crash between the two finds what came to the log behind
 * those ends. Throws WeirError where that could not be told to the end; the batch stays open then.
 */
export async function redriveBatch(
  ports: RedrivePorts,
  { batch, offers }: Extract<RedriveInput, { kind: 'offer' }>,
): Promise<readonly RedriveOutcome[]> {
  const { retry, signal } = ports;
  const beganMs = ports.nowMs();
  const letters = offers.map(({ of, times, letter: { id } }) => ({ of, times, id }));
  const logEnds = (await retryWithin(retry, signal, () => ports.kafka.offsets(streams.received.topic))).map(
    ({ partition, end }) => ({ partition, offset: end }),
  );
  await say(ports, { kind: 'begun', batch, letters, logEnds });

  const outcomes: RedriveOutcome[] = [];
  const done: Redriven[] = [];
  let unknown = 0;
  // Nothing may be sent any more once others may take this batch for dead.
  const stopping = new AbortController();
  const stop = (): void => stopping.abort();
  signal.addEventListener('abort', stop, { once: true });
  const forgetLimit = ports.after(redriveBatchLimitMs, stop);
  try {
    const dispatcher = createDispatcher<Ticket>({
      seal: (stream, records) => seal(ports, stream, records),
      append: async (...batchOf) => {
        // A process that was held up, while it sealed or altogether, may be behind its own timer.
        const isOver = Math.abs(ports.nowMs() - beganMs) >= redriveBatchLimitMs;
        if (stopping.signal.aborted || isOver) {
          stopping.abort();
          throw new WeirError('broker_unavailable', 'the time of the batch is over');
        }
        return ports.producer.append(...batchOf);
      },
      ...{ retry, outageEnds: 'everything', stopping },
      onSettled({ of, times, id, partition, rejections }, settlement, offset) {
        const isDone = settlement === 'acknowledged' || settlement === 'rejected';
        if (settlement === 'unknown') unknown += 1;
        const became = !isDone ? 'not_sent' : settlement === 'rejected' ? 'refused' : 'accepted';
        outcomes.push({ of, times, became, rejections });
        if (became !== 'not_sent')
          done.push({ of, times, id, became, at: { partition, offset: offset ?? 0 } });
      },
    });
    for (const offer of offers) {
      const offered = ports.offerAgain(offer, ports.nowMs());
      if (offered.kind !== 'offered') {
        outcomes.push({ of: offer.of, times: offer.times, became: offered.kind, rejections: [] });
        continue;
      }
      const { outgoing, mark, rejections } = offered;
      dispatcher.push({
        ...outgoing,
        ticket: { ...mark, id: offer.letter.id, partition: outgoing.partition, rejections },
      });
    }
    await dispatcher.idle();
  } finally {
    forgetLimit();
    signal.removeEventListener('abort', stop);
  }
  if (unknown > 0) throw new WeirError('publish_outcome_unknown', 'it is not known what of a batch was sent');
  await say(ports, { kind: 'ended', batch, letters: done });
  return outcomes;
}

/** Says something on the dead letters' topic. Throws WeirError where that doesn't come about within the bound. */
export async function say(ports: RedrivePorts, said: RedriveRecord): Promise<void> {
  const { type, dataSchema } = events.redrive;
  const event = {
    ...{ key: 'redrive', id: `redrive-${said.batch}-${said.kind}`, type, dataSchema, tenant: systemTenant },
    time: formatInstant(ports.nowMs()),
    plaintext: encodePayload(events.redrive, said),
  };
  await retryWithin(ports.retry, ports.signal, async () => {
    const records = await sealEvents(sealing(ports, 'rejected'), [event]);
    await ports.producer.append(streams.rejected.topic, saidPartition, records);
  });
}

const sealing = ({ sealers, environment }: RedrivePorts, stream: OutgoingStream) => ({
  ...{ sealer: sealerAmong(sealers, stream), stream, environment },
  source: 'urn:weir:redrive',
});

/** A record of the log says whence it came, so that it is found there, and can't come round for ever. */
async function seal(
  ports: RedrivePorts,
  stream: OutgoingStream,
  batch: readonly Outgoing<Ticket>[],
): Promise<readonly OutgoingRecord[]> {
  const sealed = await sealEvents(
    sealing(ports, stream),
    batch.map(({ event }) => event),
  );
  if (stream !== 'received') return sealed;
  return sealed.map((record, index) => ({
    ...record,
    headers: {
      ...record.headers,
      [redriveHeader]: writeRedriveHeader((batch[index] as Outgoing<Ticket>).ticket),
    },
  }));
}
