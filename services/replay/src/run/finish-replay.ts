import { formatInstant } from '@weir/contracts';
import {
  copyReportText,
  createCopyReport,
  createManifestWriter,
  createReplayReport,
  createShownDifferences,
  endLine,
  isJudged,
  manifestSignedText,
  planHash,
  reportDigest,
  reportText,
} from '@weir/replays';
import type { ManifestClaim, ReplayEnding, ReplayPlan, ReplayReport } from '@weir/replays';
import { driveStateOf } from '../drive/drive-state.ts';
import type { ReplayCheckpoint } from '../engine/checkpoint.ts';
import { replayedTopics } from '../engine/replay-parts.ts';
import type { KeptReplay } from '../store/replay-store.ts';
import { countsOf } from './counts-of.ts';
import type { KeptCheckpoint, RunFiles } from './run-files.ts';

/** What signs manifests. */
export type ManifestSigner = {
  readonly keyId: string;
  readonly sign: (message: Uint8Array) => Promise<Uint8Array>;
};

export type FinishReplay = (done: {
  readonly kept: KeptReplay;
  readonly files: Pick<RunFiles, 'lastKept' | 'differences' | 'writeReport' | 'endManifest'>;
}) => Promise<ReplayEnding>;

/**
 * Makes what is handed over of a run that is done with all of its plan: the report, and the end of the manifest, which
 * names it and is signed. May be said again after a crash: everything is made anew of what was kept.
 */
export const createFinishReplay =
  (parts: { readonly signer: ManifestSigner; readonly nowMs: () => number }): FinishReplay =>
  async ({ kept, files }) => {
    const { plan, approval, lifecycle } = kept;
    const last = await files.lastKept();
    if (last === undefined) throw new Error('a run that is done has kept a checkpoint');
    const { checkpoint } = last;
    const { versions } = checkpoint;
    const { unreadable, handedOver } = checkpoint.counts;
    const { records, differences } = countsOf(checkpoint);
    const root = createManifestWriter(replayedTopics(plan), checkpoint.manifest).root();
    const endedAt = formatInstant(parts.nowMs());
    const run = {
      approvedBy: approval?.by ?? null,
      startedAt: lifecycle.startedAt ?? endedAt,
      endedAt,
      records,
      root,
    };
    const isCopy = !isJudged(plan.target);
    const text = isCopy
      ? copyReportText(
          createCopyReport({ ...run, plan, notes: driveNotes(plan, checkpoint), handedOver, unreadable }),
        )
      : await comparedText(files, last, { ...run, plan, versions });
    await files.writeReport(text);
    const claim: ManifestClaim = {
      ...run,
      versions,
      reportSha256: reportDigest(text),
      plannedBy: plan.plannedBy,
      keyId: parts.signer.keyId,
      algorithm: 'ECDSA_SHA_256',
    };
    const signed = manifestSignedText({ planHash: planHash(plan), topics: [...replayedTopics(plan)] }, claim);
    await files.endManifest(last, endLine(claim, await parts.signer.sign(signed)));
    const unjudged = Object.values(unreadable).reduce((sum, count) => sum + count, 0);
    return { records, differences, unjudged, root, ...(isCopy ? { handedOver } : {}) };
  };

/** How a drive has handed its records over. */
function driveNotes({ target }: ReplayPlan, checkpoint: ReplayCheckpoint): string[] {
  const driven = target.kind === 'drive' ? driveStateOf(checkpoint) : undefined;
  if (driven === undefined) return [];
  return [`The receiver took them in ${driven.requests} ${driven.requests === 1 ? 'request' : 'requests'}.`];
}

/** The report of a run that has compared. */
async function comparedText(
  files: Pick<RunFiles, 'differences'>,
  last: KeptCheckpoint,
  run: Pick<ReplayReport, 'plan' | 'approvedBy' | 'startedAt' | 'endedAt' | 'records' | 'root' | 'versions'>,
): Promise<string> {
  const { comparison, counts } = last.checkpoint;
  const { controls, unproven, unprovenDifferences, unaccounted, unreadable, unpublished } = counts;
  const shown = createShownDifferences();
  for await (const difference of files.differences(last)) shown.add(difference);
  return reportText(
    createReplayReport({
      ...run,
      notes: notesOf(unpublished),
      counts: { controls, unproven, unprovenDifferences, unaccounted, unreadable },
      comparison,
      differences: shown.shown(),
    }),
  );
}

const notesOf = (unpublished: number): string[] =>
  unpublished === 0
    ? []
    : [
        `${unpublished} records were refused then because they could not be published, which says nothing of how they were judged: they are not compared.`,
      ];
