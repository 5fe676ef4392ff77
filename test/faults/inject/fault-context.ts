import type { SeededRandom } from '../plan/seeded-random.ts';
import type { PacedFeed } from '../load/paced-feed.ts';
import type { SecondSource } from '../load/second-source.ts';
import type { RulesetChanges } from '../rules/change-rulesets.ts';
import type { RulesetDesk } from '../rules/ruleset-desk.ts';
import type { FaultStack } from '../stack/start-fault-stack.ts';
import type { RedisConnection } from '@weir/window-store';

/** All a fault may take hold of. */
export type FaultContext = {
  readonly stack: FaultStack;
  readonly feed: PacedFeed;
  /** Rulesets and lists change all the while, and this is where. */
  readonly changes: Pick<RulesetChanges, 'untilChange'>;
  readonly desk: Pick<RulesetDesk, 'kill'>;
  readonly random: SeededRandom;
  /** Feeds a file by a second ingest process, which is killed in the middle and then goes on by its ledger. Answers the line of its ledger when it was killed, undefined where it had ended. */
  readonly feedFile: () => Promise<number | undefined>;
  /** Starts an ingest process beside the load, with a stream of its own; what it is fed counts as sent once it is finished. */
  readonly openSource: () => Promise<SecondSource>;
  /** Straight to Redis. Opened anew for each use, since Redis may have been away. */
  readonly withRedis: <Answer>(use: (redis: RedisConnection) => Promise<Answer>) => Promise<Answer>;
  /** Rejects where the run is interrupted. */
  readonly sleep: (delayMs: number) => Promise<void>;
  /** Up to where the windows of each partition stand in Redis; undefined where there is no position. */
  readonly readPositions: () => Promise<readonly (number | undefined)[]>;
  /** Waits until something holds, by a deadline; answers whether it does. */
  readonly until: (holds: () => boolean | Promise<boolean>) => Promise<boolean>;
  /** Says what the fault has to do to count, and whether it did. A round with a fault that did not is no proof of anything. */
  readonly expect: (effect: string, holds: boolean) => void;
  /** Told of each thing that is done, with its time. */
  readonly say: (what: string) => void;
};

/** Does one fault from its beginning to its healing: when it resolves, everything is there again. */
export type Fault = (context: FaultContext) => Promise<void>;
