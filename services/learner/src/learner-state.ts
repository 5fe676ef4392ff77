import { sha256Hex, WeirError } from '@weir/contracts';
import { z } from 'zod';

/** Where the reading of one partition stands. */
export type ReadSpan = {
  /** All before it is done with. */
  readonly from: number;
  /** The next offset to look at for the first time. */
  readonly seen: number;
};

/** The last snapshot that was published, and all that was learned for it. */
export type LastCut = {
  readonly version: number;
  readonly digest: string;
  readonly cutAtMs: number;
  /** What is older and stood before `seen` has been learned. */
  readonly horizonMs: number;
};

/**
 * From where the learner goes on. It is committed in the very Kafka transaction the
 * snapshot is published in: there is no moment at which one is there without the other.
 */
export type LearnerState = {
  /** Undefined before the first decision was seen. */
  readonly logId: string | undefined;
  readonly last: LastCut | undefined;
  /** By partition of the journal, and of the outcomes. */
  readonly journal: ReadonlyMap<number, ReadSpan>;
  readonly outcomes: ReadonlyMap<number, ReadSpan>;
};

/** Kafka's default for offset.metadata.max.bytes. */
const maxMetadataBytes = 4_096;

const spansText = z.string().regex(/^(?:[0-9a-z]{1,11}\+[0-9a-z]{1,11}(?:,|$))*$/);
const written = z.strictObject({
  format: z.literal(1),
  logId: z.uuid(),
  version: z.int().min(1),
  digest: sha256Hex,
  cutAtMs: z.int(),
  horizonMs: z.int(),
  journal: spansText,
  outcomes: spansText,
});

/** Throws WeirError `topic_mismatch` where the partitions are too many for what Kafka keeps beside an offset. */
export function encodeState(state: LearnerState): string {
  const { logId, last, journal, outcomes } = state;
  const text = JSON.stringify(
    written.parse({
      format: 1,
      logId,
      ...last,
      journal: encodeSpans(journal),
      outcomes: encodeSpans(outcomes),
    }),
  );
  if (text.length <= maxMetadataBytes) return text;
  throw new WeirError(
    'topic_mismatch',
    `the positions of ${journal.size} partitions take ${text.length} bytes, Kafka keeps ${maxMetadataBytes}`,
  );
}

/** Undefined where it is not what a learner has written. */
export function decodeState(metadata: string): (LearnerState & { readonly last: LastCut }) | undefined {
  const parsed = written.safeParse(jsonOf(metadata));
  if (!parsed.success) return undefined;
  const { logId, journal, outcomes, format: _format, ...last } = parsed.data;
  return { logId, last, journal: decodeSpans(journal), outcomes: decodeSpans(outcomes) };
}

/** Partition after partition, in base 36: two hundred of them have to fit. */
function encodeSpans(spans: ReadonlyMap<number, ReadSpan>): string {
  return Array.from({ length: spans.size }, (_, partition) => {
    const { from, seen } = spans.get(partition) ?? { from: 0, seen: 0 };
    return `${from.toString(36)}+${(seen - from).toString(36)}`;
  }).join(',');
}

function decodeSpans(text: string): ReadonlyMap<number, ReadSpan> {
  if (text === '') return new Map();
  return new Map(
    text.split(',').map((span, partition) => {
      const [from = 0, more = 0] = span.split('+').map((digits) => Number.parseInt(digits, 36));
      return [partition, { from, seen: from + more }];
    }),
  );
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
