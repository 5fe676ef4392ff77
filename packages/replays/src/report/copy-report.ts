import { offset } from '@weir/contracts';
import { z } from 'zod';
import { manifestClaim } from '../manifest.ts';
import { planHash } from '../plan.ts';
import { replayReport } from './replay-report.ts';
import { counted, grouped } from './shown.ts';

const { startedAt, endedAt, approvedBy } = manifestClaim.shape;
const { format, plan, records, root, notes } = replayReport.shape;

/** What a replay that hands records over came to. Nothing is compared, so it says nothing of that. */
export const copyReport = z
  .strictObject({
    format,
    planHash: replayReport.shape.planHash,
    plan,
    approvedBy,
    startedAt,
    endedAt,
    records,
    root,
    notes,
    handedOver: offset.describe('Records that the target was handed'),
    unreadable: z
      .record(z.string().max(2_048), z.int().min(0))
      .describe(
        'By the ARN of a key that can not be used: how many records it keeps closed; "" for those without a whole seal',
      ),
  })
  .describe('A report of a replay that handed records over');
export type CopyReport = z.infer<typeof copyReport>;

export const createCopyReport = (of: Omit<CopyReport, 'format' | 'planHash'>): CopyReport =>
  copyReport.parse({ ...of, format: 1, planHash: planHash(of.plan) });

/** What a replay came to, whatever it was for. */
export const anyReport = z.union([replayReport, copyReport]);
export type AnyReport = z.infer<typeof anyReport>;

/** The report as its file has it: JSON in the order of the contract. A manifest names its SHA-256. */
export const copyReportText = (report: CopyReport): string => JSON.stringify(copyReport.parse(report));

const unreadableIn = ({ unreadable }: Pick<CopyReport, 'unreadable'>): number =>
  Object.values(unreadable).reduce((sum, count) => sum + count, 0);

/** What came of it, in a sentence. */
export function handedOverInWords(report: Pick<CopyReport, 'handedOver' | 'unreadable'>): string {
  const closed = unreadableIn(report);
  const handed = `${counted(report.handedOver, 'record was', 'records were')} handed over`;
  return closed === 0 ? `${handed}.` : `${handed}; ${grouped(closed)} could not be opened.`;
}

/** What could not be opened, and why, in sentences. */
export const unreadableInWords = ({ unreadable }: Pick<CopyReport, 'unreadable'>): string[] =>
  Object.entries(unreadable).map(([keyRef, records]) =>
    keyRef === ''
      ? `${counted(records, 'record')} could not be opened: they have no seal, or not a whole one.`
      : `${counted(records, 'record')} could not be opened: the key ${keyRef} can not be used.`,
  );
