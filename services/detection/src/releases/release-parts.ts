import type { Opener, Sealer } from '@weir/envelope';
import type { KafkaRecord, PartitionTransactions } from '@weir/kafka';
import type { Clock } from '../clock.ts';
import type { SettledRelease } from './settle-releases.ts';

/** The streams that a release leads to records on. */
export const releaseOutputStreams = ['cleared', 'rejected', 'intake'] as const;
export type ReleaseOutputStream = (typeof releaseOutputStreams)[number];

/** Everything a step of releases touches outside itself. */
export type ReleaseParts = {
  readonly opening: { readonly opener: Opener; readonly environment: string };
  readonly sealers: Readonly<Record<ReleaseOutputStream, Sealer>>;
  readonly openTransactions: (partition: number) => PartitionTransactions;
  /** Hands over what a partition of releases holds below an offset, in order. */
  readonly readReleases: (
    partition: number,
    until: number,
    onRecord: (record: KafkaRecord) => void | Promise<void>,
  ) => Promise<void>;
  /** The held records of a partition at these offsets; those that aren't there, or not any more, are left out. */
  readonly readHeld: (
    partition: number,
    offsets: readonly number[],
  ) => Promise<ReadonlyMap<number, KafkaRecord>>;
  readonly limits: { readonly maxRecordsPerRun: number };
  readonly clock: Clock;
  readonly observe: ReleaseStepObserver;
};

/** What is told about the work: counts, offsets and codes, never content. */
export type ReleaseStepObserver = {
  tookOver(partition: number, found: { readonly published: number | undefined }): void;
  /** The topic no longer holds what the position stood at. */
  skipped(partition: number, offsets: { readonly from: number; readonly to: number }): void;
  stepDone(partition: number, settled: readonly SettledRelease[]): void;
};
