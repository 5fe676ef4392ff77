import { offset, sha256Hex } from '@weir/contracts';
import { z } from 'zod';
import { comparisonState, mostAccounts } from '../comparison-state.ts';
import { replayDifference } from '../judgement.ts';
import { manifestClaim } from '../manifest.ts';
import { planHash, replayPlan } from '../plan.ts';
import { mostShown } from './shown-differences.ts';

const { startedAt, endedAt, versions, approvedBy } = manifestClaim.shape;

const count = z.int().min(0);

/** What was counted beside the comparison. */
const replayCounts = z.strictObject({
  controls: count.describe('Control records, which are applied and not compared'),
  unproven: count.describe('Judged by a history whose older part the log may no longer have'),
  unprovenDifferences: count,
  unaccounted: count.describe('Records of which journal and replay do not even say the same kind of thing'),
  unreadable: z
    .record(z.string().max(2_048), count)
    .describe('By the ARN of a key that can not be used: how many records it keeps closed'),
});

/**
 * What a replay that compares came to, as it is kept and handed over. It holds pseudonyms, amounts and times; nothing
 * that names anybody, and no key.
 */
export const replayReport = z
  .strictObject({
    format: z.literal(1),
    planHash: sha256Hex,
    plan: replayPlan,
    approvedBy,
    startedAt,
    endedAt,
    records: offset.describe('Those that were read, which the root is over'),
    root: sha256Hex.describe('Of the manifest'),
    versions,
    notes: z
      .array(z.string().min(1).max(500))
      .max(20)
      .describe('What whoever reads it has to know, such as windows that could not be filled'),
    counts: replayCounts,
    comparison: comparisonState,
    differences: z.array(replayDifference).max(mostShown).describe('Some of them, the gravest first'),
  })
  .describe('A report of a replay');
export type ReplayReport = z.infer<typeof replayReport>;

/** Puts a report together; the accounts with the most differences stay. */
export function createReplayReport(
  of: Omit<ReplayReport, 'format' | 'planHash' | 'differences'> & {
    readonly differences: readonly z.infer<typeof replayDifference>[];
  },
): ReplayReport {
  const { accounts } = of.comparison;
  const comparison = { ...of.comparison, accounts: accounts.slice(0, mostAccounts) };
  return replayReport.parse({ ...of, format: 1, planHash: planHash(of.plan), comparison });
}

/** The report as its file has it: JSON in the order of the contract. A manifest names its SHA-256. */
export const reportText = (report: ReplayReport): string => JSON.stringify(replayReport.parse(report));
