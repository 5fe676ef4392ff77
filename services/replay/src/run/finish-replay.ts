import { formatInstant } from '@weir/contracts';
import {
  createManifestWriter,
  createReplayReport,
  createShownDifferences,
  endLine,
  manifestSignedText,
  planHash,
  reportDigest,
  reportText,
} from '@weir/replays';
import type { ManifestClaim, ReplayEnding } from '@weir/replays';
import type { ReplayCounts } from '../engine/checkpoint.ts';
import { replayedTopics } from '../engine/replay-parts.ts';
import type { KeptReplay } from '../store/replay-store.ts';
import { countsOf } from './counts-of.ts';
import type { RunFiles } from './run-files.ts';

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
 * Makes what is handed over of a run that has judged all of its plan: the report, and the end of the manifest, which
 * names it and is signed. May be said again after a crash: everything is made anew of what was kept.
 */
export const createFinishReplay =
  (parts: { readonly signer: ManifestSigner; readonly nowMs: () => number }): FinishReplay =>
  async ({ kept, files }) => {
    const { plan, approval, lifecycle } = kept;
    const last = await files.lastKept();
    if (last === undefined) throw new Error('a run that has judged everything has kept a checkpoint');
    const { checkpoint } = last;
    const { comparison, versions } = checkpoint;
    const { unpublished, ...counts } = checkpoint.counts;
    const { records, differences } = countsOf(checkpoint);
    const root = createManifestWriter(replayedTopics(plan), checkpoint.manifest).root();
    const shown = createShownDifferences();
    for await (const difference of files.differences(last)) shown.add(difference);
    const endedAt = formatInstant(parts.nowMs());
    const common = {
      approvedBy: approval?.by ?? null,
      startedAt: lifecycle.startedAt ?? endedAt,
      endedAt,
      records,
      root,
      versions,
    };
    const text = reportText(
      createReplayReport({
        ...common,
        plan,
        notes: notesOf(unpublished),
        counts,
        comparison,
        differences: shown.shown(),
      }),
    );
    await files.writeReport(text);
    const claim: ManifestClaim = {
      ...common,
      reportSha256: reportDigest(text),
      plannedBy: plan.plannedBy,
      keyId: parts.signer.keyId,
      algorithm: 'ECDSA_SHA_256',
    };
    const signed = manifestSignedText({ planHash: planHash(plan), topics: [...replayedTopics(plan)] }, claim);
    await files.endManifest(last, endLine(claim, await parts.signer.sign(signed)));
    return { records, differences, unjudged: unreadableIn(counts), root };
  };

const unreadableIn = ({ unreadable }: Pick<ReplayCounts, 'unreadable'>): number =>
  Object.values(unreadable).reduce((sum, records) => sum + records, 0);

const notesOf = (unpublished: number): string[] =>
  unpublished === 0
    ? []
    : [
        `${unpublished} records were refused then because they could not be published, which says nothing of how they were judged: they are not compared.`,
      ];
