import type { SeededRandom } from '../plan/seeded-random.ts';
import type { PacedFeed } from '../load/paced-feed.ts';
import type { FaultStack } from '../stack/start-fault-stack.ts';
import type { RedisConnection } from '@weir/window-store';

/** All a fault may take hold of. */
export type FaultContext = {
  readonly stack: FaultStack;
  readonly feed: PacedFeed;
  readonly random: SeededRandom;
  /** Feeds a file by a second ingest process, which is killed in the middle and then goes on by its ledger. */
  readonly feedFile: () => Promise<void>;
  /** Straight to Redis. Opened anew for each use, since Redis may have been away. */
  readonly withRedis: <Answer>(use: (redis: RedisConnection) => Promise<Answer>) => Promise<Answer>;
  /** Rejects where the run is interrupted. */
  readonly sleep: (delayMs: number) => Promise<void>;
  /** Told of each thing that is done, with its time. */
  readonly say: (what: string) => void;
};

/** Does one fault from its beginning to its healing: when it resolves, everything is there again. */
export type Fault = (context: FaultContext) => Promise<void>;
