import type { EventAttributes } from '@weir/contracts';
import type { KafkaRecord } from '@weir/kafka';
import type { ReplayCheckpoint } from '../engine/checkpoint.ts';

/** A record that a plan is about, opened where the target asks for that. */
export type CopiedRecord = {
  readonly record: KafkaRecord;
  /** Undefined where the target takes sealed bytes. */
  readonly opened: { readonly attributes: EventAttributes; readonly plaintext: Uint8Array } | undefined;
};

/** What a target writes into the checkpoint, to go on from: plain JSON. */
export type TargetState = NonNullable<ReplayCheckpoint['target']>;

/** Where records are handed over to. */
export type CopyTarget = {
  /** Whether it takes records opened; one that can't be opened is counted under its key, and not handed over. */
  readonly opens: boolean;
  /** Goes on behind what the last settled state says; undefined is the beginning. May be called again after a crash. */
  readonly open: (from: TargetState | undefined) => Promise<OpenTarget>;
};

export type OpenTarget = {
  /**
   * Records of one partition, in their order; partitions come one after the other. After a crash what was taken and
   * not settled comes again, and has to change nothing where it already is there.
   */
  readonly take: (records: readonly CopiedRecord[]) => Promise<void>;
  /** Resolves once everything taken so far is durable, with what is to be kept of it; `isAll` where no more comes. */
  readonly settle: (isAll?: boolean) => Promise<TargetState>;
  readonly close: () => Promise<void>;
};
