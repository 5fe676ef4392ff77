import type { DeliveryChannel } from '@weir/contracts';
import type { Opener, Sealer } from '@weir/envelope';
import type { PartitionTransactions } from '@weir/kafka';
import type { Channel, Delivery, DeliveryOutcome } from './channel.ts';
import type { RunPlan } from './plan-run.ts';
import type { InputStream } from './read-record.ts';

/** One input partition. */
export type Input = { readonly stream: InputStream; readonly partition: number };

/** The streams alerting writes. */
export type SealedStream = 'alerts' | 'rejected' | 'intake';

/** Everything a step touches outside itself. main.ts puts the real parts in. */
export type AlertingParts = {
  readonly opening: { readonly opener: Opener; readonly environment: string };
  readonly sealers: Readonly<Record<SealedStream, Sealer>>;
  readonly openTransactions: (input: Input) => PartitionTransactions;
  /** Each notice goes out by each of them, in this order: the channel of record first. */
  readonly channels: readonly Channel[];
  readonly limits: {
    /** The most records one Kafka transaction takes. */
    readonly maxRecordsPerRun: number;
  };
  readonly observe: StepObserver;
};

/** What is told about the work, for metrics and logs: counts, places and codes, never content. */
export type StepObserver = {
  tookOver(input: Input, position: number | undefined): void;
  delivered(channel: DeliveryChannel, delivery: Delivery, outcome: DeliveryOutcome, durationMs: number): void;
  /** A delivery was refused for good as often as its channel allows, and is left. */
  gaveUp(channel: DeliveryChannel, delivery: Delivery): void;
  stepDone(input: Input, plan: RunPlan): void;
};
