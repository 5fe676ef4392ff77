import { z } from 'zod';
import { instant, offset, partitionNumber, pseudonym, slug } from './fields.ts';

/** So often what was once offered may be redriven, however it came back: what is refused for good would go round for ever. */
export const maxRedrives = 3;

/** Letters of one batch: what a crash may leave undecided, and a small record on the topic. */
export const maxRedriveLetters = 200;

/**
 * A batch appends nothing this long after it began, and whoever finds one that didn't end waits much longer before it
 * is taken for dead, as what was appended last may still be on its way: two at work would send the same letter twice.
 */
export const redriveBatchLimitMs = 15_000;
export const redriveTakenForDeadMs = 60_000;

const place = z.strictObject({ partition: partitionNumber, offset });

/** Which dead letter was redriven, and how often what it holds had been redriven by then, this time included. */
export const redriveMark = z.strictObject({ of: place, times: z.int().min(1).max(maxRedrives) });
export type RedriveMark = z.infer<typeof redriveMark>;

/** The id of a dead letter, which is the same wherever the same refused line stands among them. */
const letterId = z.string().min(1).max(400);

/** One that is redriven. An earlier release kept no id. */
const redrivenLetter = redriveMark.extend({ id: letterId.optional() });

/**
 * What became of one that was redriven, and where: accepted in the log, or refused again among the dead letters.
 * Unknown where its batch was interrupted, and the log no longer reaches back to it.
 */
export const redriven = z.discriminatedUnion('became', [
  redrivenLetter.extend({ became: z.enum(['accepted', 'refused']), at: place }),
  redrivenLetter.extend({ became: z.literal('unknown') }),
]);
export type Redriven = z.infer<typeof redriven>;

/**
 * What ingest says on the dead letters' own topic before it redrives some and behind them. One without the other
 * was interrupted: which of its letters came to the log, the headers of the records behind `logEnds` say.
 */
export const redriveRecord = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('begun'),
      batch: z.uuid(),
      letters: z.array(redrivenLetter).min(1).max(maxRedriveLetters),
      logEnds: z
        .array(place)
        .describe('The next offset of each partition of the log, before anything was sent'),
    }),
    z.strictObject({
      kind: z.literal('ended'),
      batch: z.uuid(),
      letters: z.array(redriven).max(maxRedriveLetters),
    }),
  ])
  .describe('That dead letters are being redriven, or what became of them');
export type RedriveRecord = z.infer<typeof redriveRecord>;

/** What ingest knew of a line beside its bytes when it refused it: what is needed to offer it again as it was. */
export const offeredAs = z.strictObject({
  kind: z.enum(['transaction', 'outcome']),
  tenant: slug,
  columns: z.array(z.string()).nullable().describe('The header of a CSV file; null for JSON'),
  observedAt: instant.nullable().describe("The source's clock then; null before its first accepted record"),
  proof: pseudonym
    .optional()
    .describe("Ingest's word for all this and for the letter's id, by a key of its own"),
});
export type OfferedAs = z.infer<typeof offeredAs>;

/** The Kafka header of a record of the log that was redriven. It is bound to nothing, and no verdict depends on it. */
export const redriveHeader = 'weir_redrive';

/** "1 2/41": redriven for the first time, from the dead letter in partition 2 at offset 41. */
export const writeRedriveHeader = ({ of, times }: RedriveMark): string =>
  `${times} ${of.partition}/${of.offset}`;

/** Reads what writeRedriveHeader wrote; undefined for anything else. */
export function readRedriveHeader(value: Uint8Array | undefined): RedriveMark | undefined {
  const text = value === undefined ? '' : Buffer.from(value).toString('latin1');
  const [, times, partition, at] = /^(\d) (\d{1,6})\/(\d{1,16})$/.exec(text) ?? [];
  if (times === undefined) return undefined;
  const read = redriveMark.safeParse({
    of: { partition: Number(partition), offset: Number(at) },
    times: Number(times),
  });
  return read.success ? read.data : undefined;
}

/** What the letter is that an offer is made of. */
const redriveLetter = z.strictObject({
  /**
   * A line that a source offered; one of which an earlier release didn't keep how; or a record of the log, which
   * whoever opened it saw ingest's seal on.
   */
  from: z.enum(['source', 'earlier_release', 'log']),
  id: letterId,
  /** When it was refused, or its record of the log was taken in, as the letter says. */
  at: instant,
  /** Where it came back: of which letter. */
  redrive: redriveMark.optional(),
});

/** One letter as it is handed to ingest: what was offered, in clear, and what makes it the same offer again. */
const redriveOffer = redriveMark.extend({
  letter: redriveLetter,
  source: slug,
  line: z.int().min(1),
  offered: offeredAs,
  original: z.base64(),
});
export type RedriveOffer = z.infer<typeof redriveOffer>;

/** What whoever opened dead letters says to ingest on its standard input, one JSON text a line. */
export const redriveInput = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('offer'),
    batch: z.uuid(),
    offers: z.array(redriveOffer).min(1).max(maxRedriveLetters),
  }),
  /** A batch that was interrupted is over, and this became of it. */
  z.strictObject({
    kind: z.literal('close'),
    batch: z.uuid(),
    letters: z.array(redriven).max(maxRedriveLetters),
  }),
]);
export type RedriveInput = z.infer<typeof redriveInput>;
