import { streams } from '@weir/contracts';
import { longestSpanMs } from '@weir/windows';
import type { WindowPlan } from '@weir/windows';
import { fail, ok, skipped, warn } from '../check.ts';
import type { Check } from '../check.ts';
import { inDays, limits } from '../limits.ts';

/** What the plan's windows reach back over, in milliseconds. */
const reachOf = (plan: WindowPlan): number => longestSpanMs(plan) + plan.allowedLatenessMs;

/** Whether the log and the journal keep what the windows of every plan known need, an outage included. */
export function judgeRetention(facts: {
  readonly bootstrap: string;
  /** Of the log and of the journal; Infinity where they keep for ever, undefined where that isn't told. */
  readonly retentionMs: number | undefined;
  readonly plans: readonly WindowPlan[];
}): Check {
  const { bootstrap, retentionMs, plans } = facts;
  if (retentionMs === undefined)
    return skipped('log.retention', 'how long the log and the journal keep is not told: see topics.settings');
  const furthest = plans.toSorted((a, b) => reachOf(b) - reachOf(a))[0];
  if (furthest === undefined) return skipped('log.retention', 'no window plan is known');
  const reachMs = reachOf(furthest);
  const neededMs = reachMs + limits.outageMs;
  const what = `the log keeps ${retentionMs === Infinity ? 'everything' : inDays(retentionMs)}; plan ${furthest.ref} reaches back ${inDays(reachMs)}`;
  // Never less than the table has, or topics.settings would be the next to fail.
  const mend = (['received', 'decisions'] as const)
    .map(
      (name) =>
        `kafka-configs --bootstrap-server ${bootstrap} --alter --entity-type topics --entity-name ${streams[name].topic} --add-config retention.ms=${Math.max(neededMs, streams[name].retentionMs)}`,
    )
    .join(' && ');
  if (retentionMs < reachMs) return fail('log.retention', what, mend);
  if (retentionMs < neededMs)
    return warn(
      'log.retention',
      `${what}, which leaves less than ${inDays(limits.outageMs)} for an outage`,
      mend,
    );
  return ok('log.retention', what);
}

export type LogName =
  | { readonly kind: 'named'; readonly logId: string; readonly partitionCount: number }
  | { readonly kind: 'noTopic' | 'empty' | 'deleted' | 'unnamed' }
  | { readonly kind: 'unreadable'; readonly reason: string };

/** What the log's first record says, and whether the keys of the role open it. */
export function judgeLogName(name: LogName, partitions: number): Check {
  switch (name.kind) {
    case 'noTopic':
    case 'empty':
      return fail(
        'log.name',
        name.kind === 'empty' ? 'the log is empty and has no name' : 'there is no log',
        'Open the log: start ingest once (npm start, or MODE=open-log in production).',
      );
    case 'deleted':
      return warn(
        'log.name',
        "the log's first record has been deleted by retention",
        'Nothing to do while the positions and Redis are whole; see the runbook docs/runbooks/log-unnamed.md.',
      );
    case 'unnamed':
      return fail('log.name', 'the log begins with something else', 'Follow docs/runbooks/log-unnamed.md.');
    case 'unreadable':
      return fail(
        'log.name',
        `the log's first record can't be opened (${name.reason})`,
        'Follow docs/runbooks/key-refused.md: this role needs the key that the record was sealed with, and WEIR_ENVIRONMENT as it was then.',
      );
    case 'named':
      return name.partitionCount === partitions
        ? ok('log.name', `log ${name.logId}, ${partitions} partitions`)
        : fail(
            'log.name',
            `the log was made with ${name.partitionCount} partitions and has ${partitions}`,
            'Follow docs/runbooks/partition-count-changed.md.',
          );
  }
}
