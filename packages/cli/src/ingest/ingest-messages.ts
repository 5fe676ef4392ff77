import { listOf, redriveMark, rejectionCodes } from '@weir/contracts';
import { z } from 'zod';

const count = z.int().min(0);
const progressFields = {
  offered: count,
  acknowledged: count,
  rejected: count,
  failed: count,
  unknown: count,
  bytesRead: count,
  bytesTotal: count.nullable(),
  eventTime: z.string().nullable(),
};

/** What an ingest worker tells the process that started it. */
export const ingestMessage = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('progress'), ...progressFields }),
  z.object({
    kind: z.literal('summary'),
    ...progressFields,
    state: z.enum(['running', 'interrupted', 'stopped_at_limit', 'finished']),
    rejections: z.array(z.object({ code: z.string(), path: z.string(), count, firstLines: z.array(count) })),
  }),
  z.object({ kind: z.literal('published'), artefact: z.string(), digest: z.string(), isKnown: z.boolean() }),
  z.object({
    kind: z.literal('activated'),
    artefact: z.string(),
    sequence: z.int().min(1),
    positions: z.record(z.string().regex(/^\d{1,9}$/), count),
  }),
  z.object({ kind: z.literal('policy'), mode: z.enum(['follow', 'frozen']) }),
  z.object({
    kind: z.literal('list'),
    name: z.string(),
    of: listOf,
    act: z.enum(['replace', 'add', 'remove']),
    outcome: z.enum(['published', 'unchanged', 'too_many_bad', 'interrupted']),
    lines: count,
    bad: count,
    expired: count,
    refused: z.array(z.object({ code: z.string(), count, firstLines: z.array(count) })),
    refusalsFile: z.string().nullable(),
    artefact: z.string().optional(),
    entries: count.optional(),
    changed: z.object({ added: count, extended: count, removed: count, dropped: count }).optional(),
    sequence: z.int().min(1).nullable().optional(),
  }),
  z.object({
    kind: z.literal('membership'),
    name: z.string(),
    artefact: z.string(),
    state: z.enum(['on_list', 'expired', 'not_on_list']),
    expiresAt: z.string().nullable(),
  }),
  z.object({ kind: z.literal('identified'), account: z.string(), transaction: z.string().optional() }),
  z.object({
    kind: z.literal('redriven'),
    batch: z.uuid(),
    letters: z.array(
      redriveMark.extend({
        became: z.enum(['accepted', 'refused', 'unfit', 'not_ours', 'not_sent']),
        rejections: z.array(z.object({ code: z.enum(rejectionCodes), path: z.string() })),
      }),
    ),
  }),
  z.object({ kind: z.literal('problem'), exitCode: z.int(), message: z.string() }),
]);

export type IngestMessage = z.infer<typeof ingestMessage>;
export type IngestProgress = Extract<IngestMessage, { kind: 'progress' }>;
export type IngestSummary = Extract<IngestMessage, { kind: 'summary' }>;
export type PublishedPlan = Extract<IngestMessage, { kind: 'published' }>;
export type ActivatedArtefact = Extract<IngestMessage, { kind: 'activated' }>;
export type ModelPolicySet = Extract<IngestMessage, { kind: 'policy' }>;
export type ImportedList = Extract<IngestMessage, { kind: 'list' }>;
export type IdentifiedTransaction = Extract<IngestMessage, { kind: 'identified' }>;
export type RedrivenBatch = Extract<IngestMessage, { kind: 'redriven' }>;
export type AskedList = Extract<IngestMessage, { kind: 'membership' }>;
