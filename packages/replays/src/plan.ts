import { createHash } from 'node:crypto';
import { artefactRef, instant, offset, partitionNumber, pseudonym, sha256Hex, slug } from '@weir/contracts';
import { z } from 'zod';

/** The streams that can be replayed: those whose records have a place in the log, and the log itself. */
export const replayedStreams = ['received', 'decisions', 'cleared', 'held', 'rejected', 'releases'] as const;
export type ReplayedStream = (typeof replayedStreams)[number];

const amountMinor = z.int().min(0).max(1e15);

/** What narrows a range down. All that are given have to hold; of a list one. */
const filter = z.strictObject({
  accounts: z
    .array(pseudonym)
    .min(1)
    .max(1_000)
    .optional()
    .describe('By pseudonym: the key of a record, so others are not even opened'),
  sources: z.array(slug).min(1).max(100).optional().describe('The connections they came in by'),
  transactions: z.array(pseudonym).min(1).max(1_000).optional().describe('By identity: the id of the event'),
  outcomes: z
    .array(z.enum(['cleared', 'held', 'rejected', 'duplicate']))
    .min(1)
    .optional()
    .describe('What became of them, by the journal'),
  rules: z
    .array(z.string().min(1).max(100))
    .min(1)
    .max(100)
    .optional()
    .describe('Reasons of their verdict then'),
  amountFromMinor: amountMinor.optional(),
  amountToMinor: amountMinor.optional(),
});
export type ReplayFilter = z.infer<typeof filter>;

/** By what the range was asked for: what the log says is exact and quick, what senders say means looking at more. */
const range = z.discriminatedUnion('by', [
  z.strictObject({ by: z.literal('logTime'), from: instant, to: instant }),
  z.strictObject({ by: z.literal('eventTime'), from: instant, to: instant }),
  z.strictObject({ by: z.literal('offsets') }),
]);

/** One partition of what is read: offsets from `from` up to before `to`; windows begin to be filled at `warmFrom`. */
const stretch = z
  .strictObject({ partition: partitionNumber, warmFrom: offset, from: offset, to: offset })
  .refine(({ warmFrom, from, to }) => warmFrom <= from && from <= to, { message: 'warmFrom <= from <= to' });
export type Stretch = z.infer<typeof stretch>;

const isInOrderOfPartitions = (stretches: readonly Stretch[]): boolean =>
  stretches.every(({ partition }, index) => partition > (stretches[index - 1]?.partition ?? -1));

/** Under which versions is judged again. */
const replayedVersions = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('then') }).describe('As the journal and the control records say'),
  z
    .strictObject({ kind: z.literal('now') })
    .describe('What was in force when the plan was made, for all of it'),
  z
    .strictObject({ kind: z.literal('ruleset'), ref: artefactRef, digest: sha256Hex })
    .describe('A published ruleset in place of the one then in force'),
  z
    .strictObject({ kind: z.literal('file'), digest: sha256Hex })
    .describe('A ruleset in a file, in place of the one then in force'),
]);
export type ReplayedVersions = z.infer<typeof replayedVersions>;

const target = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('compare') }).describe('Judge again, and compare with the journal'),
  z
    .strictObject({ kind: z.literal('shadow'), topic: z.string().regex(/^weir\.replay\.[a-z0-9.-]{1,100}$/) })
    .describe('Copy the sealed bytes'),
  z
    .strictObject({ kind: z.literal('export'), format: z.enum(['ndjson', 'csv']) })
    .describe('Open, into a file'),
  z
    .strictObject({ kind: z.literal('drive'), receiver: slug, speed: z.number().min(0.001).max(1_000) })
    .describe('Hand over to a receiver, at so many times the speed it came at'),
  z
    .strictObject({
      kind: z.literal('case'),
      sealedTo: z
        .string()
        .regex(/^age1[a-z0-9]{20,4000}$/)
        .nullable()
        .describe('The public key of who gets it, as age has it; null to have it opened'),
    })
    .describe('Judge again and compare, as evidence of the case of one account'),
]);
export type ReplayTarget = z.infer<typeof target>;

/** Whether what is read is judged again, and not only handed over. */
export const isJudged = ({ kind }: ReplayTarget): boolean => kind === 'compare' || kind === 'case';

/** Whether payloads leave the pipeline, which takes a second person. */
export const leavesThePipeline = ({ kind }: ReplayTarget): boolean =>
  kind === 'export' || kind === 'drive' || kind === 'case';

/**
 * What is to be replayed, all of it decided: offsets are frozen, so that the same plan always reads the same
 * records. People approve it by its hash.
 */
export const replayPlan = z
  .strictObject({
    format: z.literal(1),
    replayId: z.string().regex(/^[a-z0-9]{12}$/),
    environment: slug,
    logId: z.uuid(),
    stream: z.enum(replayedStreams),
    range,
    stretches: z
      .array(stretch)
      .min(1)
      .max(4_096)
      .refine(isInOrderOfPartitions, { message: 'each partition once, in their order' }),
    filter,
    versions: replayedVersions,
    target,
    recordsPerSecond: z
      .int()
      .min(1)
      .max(1_000_000)
      .nullable()
      .describe('The most; null is as fast as it goes'),
    windowBytes: z.int().min(1_048_576).describe('What windows may take in memory'),
    plannedBy: z.string().min(1).max(256),
    plannedAt: instant,
  })
  .describe('A plan of a replay');
export type ReplayPlan = z.infer<typeof replayPlan>;

/** SHA-256 of a plan's canonical text, in hex: two plans that differ in anything have different ones. */
export const planHash = (plan: ReplayPlan): string =>
  createHash('sha256')
    .update(JSON.stringify(replayPlan.parse(plan)))
    .digest('hex');
