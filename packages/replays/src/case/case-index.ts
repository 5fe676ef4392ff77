import { freeText, instant, pseudonym, sha256Hex, slug } from '@weir/contracts';
import { z } from 'zod';
import { replayPlan } from '../plan.ts';
import { casePaths } from './case-paths.ts';

/** A name of a token, or of an account of the operating system. */
const person = z.string().min(1).max(256);

const count = z.int().min(0);

/** A case holds these and no other: one that leads out of its folder can't be among them. */
const paths: readonly string[] = Object.values(casePaths);

/** One file of the bundle. */
const bundledFile = z.strictObject({
  path: z.string().refine((path) => paths.includes(path), { message: 'a path of a case' }),
  bytes: count,
  sha256: sha256Hex,
});
export type BundledFile = z.infer<typeof bundledFile>;

const isInOrder = (files: readonly BundledFile[]): boolean =>
  files.every(({ path }, at) => path > (files[at - 1]?.path ?? ''));

/** What is in a bundle, and whose case it is: the first thing that a verifier reads. */
export const caseIndex = z
  .strictObject({
    format: z.literal(1),
    environment: slug,
    account: pseudonym.describe('Whose case it is'),
    replayId: replayPlan.shape.replayId,
    planHash: sha256Hex,
    range: replayPlan.shape.range,
    plannedBy: person,
    approvedBy: person,
    exportedBy: person.describe('The account of the operating system; the claim names the token'),
    exportedAt: instant,
    reason: freeText(500).describe('Why it was exported, as whoever did it says'),
    sealedTo: z.string().nullable().describe('The public key it was sealed to; null where it was opened'),
    holds: z.strictObject({
      records: count.describe('Of the account in the range: one line each in both files'),
      held: count,
      alerts: count,
      auditEntries: count,
      differences: count.describe('Records that the replay judged otherwise'),
    }),
    files: z
      .array(bundledFile)
      .max(paths.length)
      .refine(isInOrder, { message: 'each path once, in their order' })
      .describe('Every file but this one and what is signed of it'),
  })
  .describe('The index of a case');
export type CaseIndex = z.infer<typeof caseIndex>;

/** The index as its file has it: JSON in the order of the contract, ended by a line break. */
export const caseIndexText = (index: CaseIndex): string => `${JSON.stringify(caseIndex.parse(index))}\n`;

/** What a text says as an index; undefined where it is not exactly what writing it again gives. */
export function readCaseIndex(text: string): CaseIndex | undefined {
  try {
    const index = caseIndex.parse(JSON.parse(text));
    return caseIndexText(index) === text ? index : undefined;
  } catch {
    return undefined;
  }
}
