import type { WeirError } from '@weir/contracts';
import type { Logger, Metrics } from '@weir/runtime';
import type { RedisChanges } from '@weir/window-store';
import type { StepObserver } from './detection-parts.ts';
import { createReleaseObserver } from './releases/observe-releases.ts';
import type { ReleaseObserver } from './releases/observe-releases.ts';
import { createRulesetObserver } from './observe-rulesets.ts';
import type { RulesetObserver } from './observe-rulesets.ts';

export type DetectionObserver = StepObserver & {
  retrying(partition: number, error: WeirError, forMs: number): void;
  lag(partition: number, records: number): void;
  redisChanged(changes: RedisChanges): void;
  listRead: RulesetObserver['listRead'];
  readonly releases: ReleaseObserver;
};

/** Turns what happens into metrics and log lines: counts, offsets and codes alone. */
export function createObserver(metrics: Metrics, log: Logger): DetectionObserver {
  const decided = metrics.counter('decisions_total', 'Records of the log, by what became of them.', [
    'outcome',
  ]);
  const rejected = metrics.counter('rejected_total', 'Refused records, by reason.', ['code']);
  const fired = metrics.counter('rule_fired_total', 'How often a rule contributed to a verdict.', ['rule']);
  const steps = metrics.counter('steps_total', 'Runs decided, by whether they were published.', [
    'published',
  ]);
  const teamRuns = metrics.counter(
    'team_model_runs_total',
    "Runs a team's own model was asked about, by how it answered.",
    ['outcome'],
  );
  const teamTime = metrics.histogram(
    'team_model_run_seconds',
    "How long a team's own model took for a run, waiting for other partitions included.",
    [],
    [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10],
  );
  const outOfOrder = metrics.counter(
    'out_of_order_queries_total',
    'Queries of long histories that lay behind an earlier one, and had to walk back.',
    [],
  );
  const takeovers = metrics.counter('takeovers_total', 'Partitions taken over, by what was found.', [
    'found',
  ]);
  const damages = metrics.counter('windows_damaged_total', 'Partitions whose windows lost something.', []);
  const sampled = metrics.counter(
    'windows_sampled_total',
    'Accounts recomputed from the log by the way.',
    [],
  );
  const sampledDiffering = metrics.counter(
    'windows_differing_total',
    'Accounts among them whose windows differ from the log. Never zero for no reason.',
    [],
  );
  const moved = metrics.counter(
    'stored_position_moved_total',
    'Idle partitions whose stored position was not where this worker left it.',
    [],
  );
  const differing = metrics.counter(
    'published_position_differs_total',
    "Take-overs that found the group's position elsewhere than the end of the journal.",
    [],
  );
  const evicted = metrics.counter('redis_evicted_keys_total', 'Keys that Redis evicted.', []);
  const expired = metrics.counter('redis_expired_keys_total', 'Keys that expired in Redis.', []);
  const redisRestarts = metrics.counter('redis_restarts_total', 'Starts of a Redis that was known.', []);
  const retries = metrics.counter('retries_total', 'Partitions that failed and are tried again.', ['code']);
  const rulesets = createRulesetObserver(metrics);
  const lagging = metrics.gauge('lag_records', 'Records behind the end of the log.', ['partition']);

  return {
    tookOver(partition, { kind: _kind, stored, published, ...plan }) {
      const found = relation(stored, published);
      takeovers.add({ found });
      log.info('took a partition over', {
        partition,
        state: found,
        storedPosition: stored,
        publishedPosition: published,
        ...('from' in plan ? { fromOffset: plan.from } : {}),
      });
    },
    stepDone(partition, step) {
      steps.add({ published: String(step.publishes) });
      if (!step.publishes) return;
      if (step.team !== undefined) {
        const { outcome, tookMs } = step.team;
        teamRuns.add({ outcome });
        teamTime.observe({}, tookMs / 1_000);
        if (outcome !== 'scored')
          log.error("a team's own model gave no scores for a run", { partition, reason: outcome });
      }
      outOfOrder.add({}, step.outOfOrderQueries);
      for (const one of step.decided) {
        const outcome = one.kind === 'verdict' ? one.verdict.outcome : one.kind;
        decided.add({ outcome });
        if (one.kind === 'rejected') rejected.add({ code: one.rejection.code });
        if (one.kind !== 'verdict') continue;
        rulesets.decided(one);
        for (const reason of one.verdict.reasons) fired.add({ rule: reason.rule });
      }
    },
    nowInForce: rulesets.nowInForce,
    listRead: rulesets.listRead,
    releases: createReleaseObserver(metrics, log),
    positionDiffers(partition, { committed, journal }) {
      differing.add({});
      log.warn('the journal ends elsewhere than the position of the group, which now follows it', {
        partition,
        publishedPosition: committed,
        toOffset: journal,
      });
    },
    windowsDamaged(partition, { stored }) {
      damages.add({});
      log.warn('the windows of a partition lost something, and are rebuilt from the log', {
        partition,
        storedPosition: stored,
      });
    },
    windowsSampled(partition, { compared, differing: found }) {
      sampled.add({}, compared);
      sampledDiffering.add({}, found.length);
      for (const { account, difference } of found) {
        log.error('the windows of an account differ from the log, and its partition is rebuilt', {
          partition,
          accountPseudonym: account,
          reason: difference,
        });
      }
    },
    storedMoved(partition, { known, found }) {
      moved.add({});
      log.warn('the stored position of an idle partition is not where this worker left it', {
        partition,
        offset: known,
        storedPosition: found,
      });
    },
    retrying(partition, error, forMs) {
      retries.add({ code: error.code });
      log.warn('a partition failed and is taken over again', { partition, error, delayMs: forMs });
    },
    lag(partition, records) {
      lagging.set({ partition }, records);
    },
    redisChanged({ evictedKeys, expiredKeys, restarts }) {
      evicted.add({}, evictedKeys);
      expired.add({}, expiredKeys);
      redisRestarts.add({}, restarts);
      if (restarts > 0) log.warn('a Redis was started again, or another took its place', { count: restarts });
      if (evictedKeys === 0 && expiredKeys === 0) return;
      log.warn('Redis forgot keys by itself; if they were windows they are rebuilt as they are missed', {
        count: evictedKeys + expiredKeys,
      });
    },
  };
}

/** The row of the take-over table that was found. */
function relation(stored: number | undefined, published: number | undefined): string {
  if (stored === undefined) return published === undefined ? 'first_start' : 'stored_missing';
  if (published === undefined || stored > published) return 'stored_ahead';
  return stored === published ? 'equal' : 'stored_behind';
}
