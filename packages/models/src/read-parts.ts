import {
  decodePayload,
  events,
  streams,
  type DecodedPayload,
  type EventDefinition,
  type ModelPart,
  type StreamName,
} from '@weir/contracts';
import { openEvents, type Opener } from '@weir/envelope';
import type { KafkaClient } from '@weir/kafka';

export const modelsTopic = streams.models.topic;

/** The topic has one partition: models have one order. */
export const modelsPartition = 0;

/** What reading parts takes; the opener opens their stream. */
export type PartsReader = {
  readonly kafka: Pick<KafkaClient, 'readRange' | 'offsets'>;
  readonly opener: Opener;
  readonly environment: string;
  /** How long one read may take. Default 60,000 ms. */
  readonly deadlineMs?: number;
  readonly signal?: AbortSignal;
};

/** What reading models takes; the opener opens the stream `models`. */
export type ModelsReader = PartsReader;

/** From one offset up to another. */
type Range = { readonly from: number; readonly until: number };

/** Where the topic of a stream with one partition begins and ends now. */
export async function spanOfParts(
  stream: StreamName,
  { kafka }: Pick<PartsReader, 'kafka'>,
): Promise<{ readonly earliest: number; readonly end: number }> {
  const offsets = await kafka.offsets(streams[stream].topic);
  return offsets.find(({ partition }) => partition === modelsPartition) ?? { earliest: 0, end: 0 };
}

export const spanOf = (reader: Pick<ModelsReader, 'kafka'>): ReturnType<typeof spanOfParts> =>
  spanOfParts('models', reader);

/** A part, and where it stands. */
export type PlacedPart = { readonly offset: number; readonly part: ModelPart };

const defaultDeadlineMs = 60_000;

type PartOf<Schema extends EventDefinition['schema']> = Extract<
  DecodedPayload<Schema>,
  { readonly ok: true }
>['value'];

/**
 * Reads the committed parts that stand from one offset up to another, in their order.
 * What doesn't open or is no part is passed over, which leaves its whole incomplete.
 */
export async function readSealedParts<Schema extends EventDefinition['schema']>(
  event: EventDefinition<Schema>,
  { kafka, opener, environment, deadlineMs = defaultDeadlineMs, signal }: PartsReader,
  range: Range,
  onPart: (placed: { readonly offset: number; readonly part: PartOf<Schema> }) => void,
): Promise<void> {
  const { stream, type } = event;
  await kafka.readRange({
    topic: streams[stream].topic,
    from: new Map([[modelsPartition, range.from]]),
    until: new Map([[modelsPartition, range.until]]),
    readCommitted: true,
    deadlineMs,
    ...(signal === undefined ? {} : { signal }),
    onRecord: async (record) => {
      const [opened] = await openEvents({ opener, stream, environment }, [record]);
      if (opened?.ok !== true || opened.attributes.type !== type) return;
      const payload = decodePayload(event, opened.plaintext);
      if (payload.ok) onPart({ offset: record.offset, part: payload.value });
    },
  });
}

export const readParts = (
  reader: ModelsReader,
  range: Range,
  onPart: (placed: PlacedPart) => void,
): Promise<void> => readSealedParts(events.modelPart, reader, range, onPart);
