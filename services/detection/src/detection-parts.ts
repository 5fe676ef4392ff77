import type { Opener, Sealer } from '@weir/envelope';
import type { KafkaRecord, PartitionTransactions } from '@weir/kafka';
import type { TeamModelFailure } from '@weir/team-model';
import type {
  Decided,
  LogState,
  OutputStream,
  ResolveJudge,
  ResolvePlan,
  ResolveRuleset,
  TeamModels,
} from '@weir/verdicts';
import type { HistoryCache, WindowStore } from '@weir/windows';
import type { Clock } from './clock.ts';
import type { RulesetObserver } from './observe-rulesets.ts';
import type { TakeoverPlan } from './plan-takeover.ts';
import type { SampledAccounts } from './upkeep/compare-account.ts';

/**
 * Everything a step touches outside itself. main.ts puts the real parts in; a
 * simulation can put others in. None of them knows a transaction's content but
 * the sealers and the opener.
 */
export type DetectionParts = {
  readonly opening: { readonly opener: Opener; readonly environment: string };
  readonly sealers: Readonly<Record<OutputStream, Sealer>>;
  readonly openTransactions: (partition: number) => PartitionTransactions;
  readonly resolvePlan: ResolvePlan;
  readonly resolveRuleset: ResolveRuleset;
  readonly resolveJudge: ResolveJudge;
  readonly resolveTeamModel: TeamModels['resolve'];
  readonly openStore: (log: LogState) => Promise<WindowStore>;
  readonly logOffsets: (
    partition: number,
  ) => Promise<{ readonly earliest: number; readonly end: number; readonly partitionCount: number }>;
  /** The log's record at an offset below its end; undefined where none stands there, or none any more. */
  readonly recordAt: (partition: number, offset: number) => Promise<KafkaRecord | undefined>;
  readonly lastJournalRecord: (partition: number) => Promise<KafkaRecord | undefined>;
  readonly limits: {
    /** The most records one chain commit and one Kafka transaction take. */
    readonly maxRecordsPerRun: number;
  };
  /** One bound for the histories of all partitions, each of which shares it. */
  readonly histories: HistoryCache;
  readonly clock: Clock;
  readonly observe: StepObserver;
};

/** What is told about the work, for metrics and logs: counts, offsets and codes, never content. */
export type StepObserver = {
  tookOver(
    partition: number,
    findings: TakeoverPlan & { readonly stored: number | undefined; readonly published: number | undefined },
  ): void;
  stepDone(
    partition: number,
    step: {
      readonly decided: readonly Decided[];
      readonly publishes: boolean;
      /** Queries of the run that lay behind an earlier one of their account, and cost more than others. */
      readonly outOfOrderQueries: number;
      /** How a team's own model answered; absent where none was asked. */
      readonly team?: { readonly outcome: 'scored' | TeamModelFailure; readonly tookMs: number };
    },
  ): void;
  /** What a partition is decided by from here on; since when, where its control record is what said so. */
  nowInForce: RulesetObserver['nowInForce'];
  /** The group's position and the end of the journal say different things; the journal is believed. */
  positionDiffers(
    partition: number,
    positions: { readonly committed: number; readonly journal: number },
  ): void;
  /** The windows of a partition lost something, and are rebuilt from the log. */
  windowsDamaged(partition: number, at: { readonly stored: number }): void;
  /** A few accounts were recomputed from the log. Those that differ are named by pseudonym. */
  windowsSampled(partition: number, sampled: SampledAccounts): void;
  /** The stored position of a partition nothing arrived for is not the one this worker left. */
  storedMoved(
    partition: number,
    positions: { readonly known: number | undefined; readonly found: number | undefined },
  ): void;
};
