import type { Versions } from '@weir/contracts';
import type { KafkaRecord } from '@weir/kafka';
import {
  createComparison,
  createManifestWriter,
  differencesOf,
  emptyComparison,
  emptyManifest,
  planHash,
  storedDigest,
} from '@weir/replays';
import type { JudgedPair, ReplayDifference, ReplayPlan } from '@weir/replays';
import { noCounts } from './checkpoint.ts';
import type { ReplayCheckpoint } from './checkpoint.ts';
import { replayedTopics } from './replay-parts.ts';
import type { ReplayStep } from './replay-parts.ts';

/** What a run has found out so far, and what of it was not kept yet. */
export type Ledger = {
  /** Takes the next record of the manifest. */
  readonly record: (record: KafkaRecord) => void;
  /** Compares a record judged twice. `versions` are those it was judged again by. */
  readonly pair: (pair: JudgedPair, versions: Versions, isProven: boolean) => void;
  readonly control: () => void;
  readonly unpublished: () => void;
  readonly unaccounted: () => void;
  readonly closed: (keyRef: string) => void;
  /** Counts records that the target was handed. */
  readonly handedOver: (records: number) => void;
  /** Also those of which not even the same kind of thing is said: they are never counted as the same. */
  readonly differences: () => number;
  /** Lines and differences that were not kept yet. */
  readonly pending: () => number;
  /** What is to be kept, from here on as if it were. */
  readonly take: (place: ReplayCheckpoint['place']) => ReplayStep;
};

export function createLedger(plan: ReplayPlan, from: ReplayCheckpoint | undefined): Ledger {
  const hash = planHash(plan);
  const manifest = createManifestWriter(replayedTopics(plan), from?.manifest ?? emptyManifest);
  const comparison = createComparison(plan, from?.comparison ?? emptyComparison);
  const { unreadable, ...counts } = { ...(from?.counts ?? noCounts) };
  const closed = new Map(Object.entries(unreadable));
  const versionsSeen = new Map(from?.versions.map((one) => [JSON.stringify(one.versions), { ...one }]));
  let differing = differencesOf(from?.comparison ?? emptyComparison);
  let manifestLines: string[] = [];
  let differences: ReplayDifference[] = [];

  let last: { readonly of: Versions; readonly seen: { records: number } } | undefined;

  /** Versions that are the very same ones again and again are named once. */
  const countVersions = (versions: Versions): void => {
    if (last?.of === versions) {
      last.seen.records += 1;
      return;
    }
    const key = JSON.stringify(versions);
    const seen = versionsSeen.get(key) ?? { versions, records: 0 };
    seen.records += 1;
    versionsSeen.set(key, seen);
    last = { of: versions, seen };
  };

  return {
    record: (record) => {
      manifestLines.push(manifest.add({ ...record, sha256: storedDigest(record) }));
    },
    pair: (pair, versions, isProven) => {
      countVersions(versions);
      const difference = comparison.add(pair);
      if (!isProven) counts.unproven += 1;
      if (difference === undefined) return;
      differing += 1;
      differences.push(difference);
      if (!isProven) counts.unprovenDifferences += 1;
    },
    control: () => void (counts.controls += 1),
    unpublished: () => void (counts.unpublished += 1),
    unaccounted: () => void (counts.unaccounted += 1),
    closed: (keyRef) => void closed.set(keyRef, (closed.get(keyRef) ?? 0) + 1),
    handedOver: (records) => void (counts.handedOver += records),
    differences: () => differing + counts.unaccounted,
    pending: () => manifestLines.length + differences.length,
    take: (place) => {
      const step: ReplayStep = {
        manifestLines,
        differences,
        checkpoint: {
          format: 1,
          planHash: hash,
          place,
          manifest: manifest.position(),
          counts: { ...counts, unreadable: Object.fromEntries(closed) },
          versions: [...versionsSeen.values()].map((one) => ({ ...one })),
          comparison: comparison.state(),
        },
      };
      manifestLines = [];
      differences = [];
      return step;
    },
  };
}
