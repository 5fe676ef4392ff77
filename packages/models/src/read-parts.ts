import { decodePayload, events, streams, type ModelPart } from '@weir/contracts';
import { openEvents, type Opener } from '@weir/envelope';
import type { KafkaClient } from '@weir/kafka';

export const modelsTopic = streams.models.topic;

/** The topic has one partition: models have one order. */
export const modelsPartition = 0;

/** What reading models takes; the opener opens the stream `models`. */
export type ModelsReader = {
  readonly kafka: Pick<KafkaClient, 'readRange' | 'offsets'>;
  readonly opener: Opener;
  readonly environment: string;
  /** How long one read may take. Default 60,000 ms. */
  readonly deadlineMs?: number;
  readonly signal?: AbortSignal;
};

/** Where the topic begins and ends now. */
export async function spanOf({
  kafka,
}: Pick<ModelsReader, 'kafka'>): Promise<{ readonly earliest: number; readonly end: number }> {
  const offsets = await kafka.offsets(modelsTopic);
  return offsets.find(({ partition }) => partition === modelsPartition) ?? { earliest: 0, end: 0 };
}

/** A part, and where it stands. */
export type PlacedPart = { readonly offset: number; readonly part: ModelPart };

const defaultDeadlineMs = 60_000;

/**
 * Reads the committed parts that stand from one offset up to another, in their order.
 * What doesn't open or is no part is passed over, which leaves its model incomplete.
 */
export async function readParts(
  { kafka, opener, environment, deadlineMs = defaultDeadlineMs, signal }: ModelsReader,
  range: { readonly from: number; readonly until: number },
  onPart: (placed: PlacedPart) => void,
): Promise<void> {
  await kafka.readRange({
    topic: modelsTopic,
    from: new Map([[modelsPartition, range.from]]),
    until: new Map([[modelsPartition, range.until]]),
    readCommitted: true,
    deadlineMs,
    ...(signal === undefined ? {} : { signal }),
    onRecord: async (record) => {
      const [opened] = await openEvents({ opener, stream: 'models', environment }, [record]);
      if (opened?.ok !== true || opened.attributes.type !== events.modelPart.type) return;
      const payload = decodePayload(events.modelPart, opened.plaintext);
      if (payload.ok) onPart({ offset: record.offset, part: payload.value });
    },
  });
}
