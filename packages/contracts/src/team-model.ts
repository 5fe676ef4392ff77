import { z } from 'zod';
import { artefactRef, sha256Hex } from './fields.ts';

/** A model file is at most this large, in bytes. */
export const teamModelBytes = 67_108_864;

const tensorName = z.string().regex(/^[\x21-\x7e]{1,200}$/);

/**
 * What is known of a team's own model: which file it is, what it is given and
 * how its answer is read. An artefact; the file itself lies beside the workers
 * and is known by its SHA-256.
 */
export const teamModelDescriptor = z
  .discriminatedUnion('kind', [
    z.strictObject({
      ref: artefactRef,
      kind: z.literal('none').describe('No model is asked any more'),
    }),
    z.strictObject({
      ref: artefactRef,
      kind: z.literal('onnx'),
      sha256: sha256Hex.describe('Of the file, which is named after it: <sha256>.onnx'),
      featureNames: z
        .array(z.string().regex(/^[A-Za-z][A-Za-z0-9_]{0,62}$/))
        .min(1)
        .max(200)
        .refine((names) => new Set(names).size === names.length, 'a feature that stands there twice')
        .describe('In the order of the input columns'),
      input: tensorName.describe('float32 [n, features]'),
      output: tensorName.describe('float32 or float64: [n], [n, 1], or [n, 2] with the fraud in column 1'),
      missing: z
        .union([z.literal('nan'), z.number().min(-3.4e38).max(3.4e38)])
        .describe('What stands for a feature without a value'),
      scoreFrom: z.enum(['probability', 'logit']),
      role: z
        .enum(['shadow', 'max', 'replace'])
        .describe('Journalled only; the larger of the two scores; instead of ours'),
      timeLimitMs: z.int().min(10).max(2_000).describe('For one batch'),
      maxBatch: z.int().min(1).max(1_000),
    }),
  ])
  .describe("A team's own model");
export type TeamModelDescriptor = z.infer<typeof teamModelDescriptor>;
export type OnnxDescriptor = Extract<TeamModelDescriptor, { kind: 'onnx' }>;
