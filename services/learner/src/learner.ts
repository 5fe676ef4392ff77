import { formatInstant, securityRejectionCodes, WeirError } from '@weir/contracts';
import { refusedRecordRequest } from '@weir/audit';
import type { KafkaRecord } from '@weir/kafka';
import { modelsPartition, modelsTopic, sealModel } from '@weir/models';
import { createEventTime } from './event-time.ts';
import type { EventTime } from './event-time.ts';
import { createJournalIndex } from './journal-index.ts';
import type { JournalIndex } from './journal-index.ts';
import { learnBoundary } from './learn-boundary.ts';
import type { LearnedBoundary, Unreadable } from './learned-boundary.ts';
import type { LearnerParts } from './learner-parts.ts';
import { encodeState } from './learner-state.ts';
import type { LastCut, LearnerState, ReadSpan } from './learner-state.ts';
import { createOutcomeReports } from './outcome-reports.ts';
import type { OutcomeReports } from './outcome-reports.ts';
import { journalTopic } from './read-journal.ts';
import { readOutcomes } from './read-outcomes.ts';
import { takeOver } from './take-over.ts';
import type { OwnedModels } from './take-over.ts';

/** As long as the journal is kept: a report about what isn't in it any more can't be joined. */
const reportsKeptMs = 45 * 86_400_000;

/** CloudEvents wants to know who wrote an event. */
const source = '/weir/learner';

export type Learner = {
  /** Reads what is new, and publishes a snapshot for each boundary that is due. Throws what no waiting mends. */
  tick(): Promise<void>;
  /** What the learner waits for, or undefined where it works. */
  waitsFor(): WeirError | undefined;
  /** Whether it has taken the models over. */
  owns(): boolean;
  close(): Promise<void>;
};

type Owned = OwnedModels & {
  readonly reports: OutcomeReports;
  readonly eventTime: EventTime;
  readonly index: JournalIndex;
  /** The next offset of the outcomes to read. */
  next: ReadonlyMap<number, number>;
  /** Nothing becomes due before event time has come to here. */
  idleUntilMs: number;
};

/**
 * The loop around a boundary. An error that may pass makes it wait; what was learned
 * and not published is dropped, and learned again from the last snapshot.
 */
export function createLearningLoop(options: {
  readonly parts: LearnerParts;
  /** How long to wait after the n-th failure in a row, in ms. */
  readonly backoffMs: (failures: number) => number;
}): Learner {
  const { parts, backoffMs } = options;
  const { cadenceMs } = parts.limits;
  let owned: Owned | undefined;
  let failures = 0;
  let notBeforeMs = -Infinity;
  let waiting: WeirError | undefined;

  async function letGo(): Promise<void> {
    const mine = owned;
    owned = undefined;
    await mine?.transactions.discard();
  }

  async function take(): Promise<Owned> {
    const models = await takeOver(parts);
    const { last, outcomes } = models.state;
    const read = new Map([...outcomes].map(([partition, { seen }]) => [partition, seen]));
    return {
      ...models,
      reports: createOutcomeReports({
        keptMs: reportsKeptMs,
        maxReports: parts.limits.maxReports,
        ...(last === undefined ? {} : { settled: { cutAtMs: last.cutAtMs, read } }),
      }),
      eventTime: createEventTime(parts),
      index: createJournalIndex(),
      next: new Map([...outcomes].map(([partition, { from }]) => [partition, from])),
      idleUntilMs: -Infinity,
    };
  }

  async function takeReports(mine: Owned): Promise<void> {
    const { reports, unreadable, next } = await readOutcomes(parts, mine.next);
    // Those before were told of in the life of an earlier learner.
    const isNew = ({ partition, offset }: KafkaRecord): boolean =>
      offset >= (mine.state.outcomes.get(partition)?.seen ?? 0);
    await tellOf(unreadable.filter(({ record }) => isNew(record)));
    mine.next = next;
    reports.forEach(mine.reports.add);
  }

  async function tellOf(unreadable: readonly Unreadable[], logId?: string): Promise<void> {
    const requests = unreadable.flatMap(({ record, code }) => {
      const { topic, partition, offset, timestampMs } = record;
      if (!securityRejectionCodes.has(code)) return [];
      const about = { worker: 'learner', at: formatInstant(timestampMs), code };
      const origin = { topic, partition, offset };
      return [refusedRecordRequest({ ...about, origin, ...(logId === undefined ? {} : { logId }) })];
    });
    if (requests.length > 0) await parts.audit(requests);
    for (const { record, code } of unreadable)
      parts.observe.unreadable(record.topic, record.partition, record.offset, code);
  }

  async function publish(mine: Owned, learned: LearnedBoundary): Promise<void> {
    const { environment } = parts.opening;
    await tellOf(learned.unreadable, learned.logId);
    const { digest, records } = await sealModel(
      { sealer: parts.sealer, environment, source },
      learned.snapshot,
    );
    const version = (mine.state.last?.version ?? 0) + 1;
    const last: LastCut = { version, digest, cutAtMs: learned.cutAtMs, horizonMs: learned.horizonMs };
    const outcomes = spansBehind(mine, learned.cutAtMs);
    const state: LearnerState = { logId: learned.logId, last, journal: learned.journal, outcomes };
    try {
      await mine.transactions.publish({
        outputs: [{ topic: modelsTopic, partition: modelsPartition, records }],
        source: {
          topic: journalTopic,
          partition: 0,
          next: learned.journal.get(0)?.from ?? 0,
          metadata: encodeState(state),
        },
      });
    } catch (error) {
      // Whether it was committed shows only after the next fence.
      await letGo();
      throw error;
    }
    mine.state = state;
    mine.previous = learned.snapshot;
    const unmatched = mine.reports.settle(learned.cutAtMs, learned.found);
    parts.observe.published(learned, unmatched);
  }

  /** A report that isn't needed after this boundary is not read again by whoever goes on from it. */
  function spansBehind({ next, reports }: Owned, cutAtMs: number): ReadonlyMap<number, ReadSpan> {
    return new Map(
      [...next].map(([partition, seen]) => [
        partition,
        { from: reports.firstNeeded(partition, cutAtMs) ?? seen, seen },
      ]),
    );
  }

  async function learnWhatIsDue(mine: Owned): Promise<void> {
    const reachedMs = await mine.eventTime.look();
    parts.observe.reached(reachedMs, mine.state, mine.reports.size());
    if (reachedMs === undefined || reachedMs < mine.idleUntilMs) return;
    let cutAtMs = firstCut(mine.state);
    while (cutAtMs <= reachedMs && parts.signal?.aborted !== true) {
      const { state, previous, index } = mine;
      const reports = mine.reports.ripeBy(cutAtMs);
      const learned = await learnBoundary(parts, { state, previous, reports, index, cutAtMs });
      if ('snapshot' in learned) {
        await publish(mine, learned);
        parts.observe.reached(reachedMs, mine.state, mine.reports.size());
        cutAtMs = firstCut(mine.state);
      } else {
        // At boundaries between nothing is due; at the last one there may be reports of what is learned.
        const { dueFromMs = Infinity } = learned;
        const next = Math.min(multipleBehind(dueFromMs), multipleBehind(reachedMs) - cadenceMs);
        if (next <= cutAtMs) break;
        cutAtMs = next;
      }
    }
    mine.idleUntilMs = multipleBehind(reachedMs);
  }

  /** The boundary behind the last one; the first of all is only known once the journal was looked at. */
  function firstCut({ last }: LearnerState): number {
    if (last === undefined) return -Infinity;
    // With a longer delay than before, what was learned is older than what is due for a while.
    const least = Math.max(last.cutAtMs, last.horizonMs + parts.limits.delayMs - 1);
    return multipleBehind(least);
  }

  /** The first multiple of the cadence that is greater. */
  const multipleBehind = (timeMs: number): number =>
    Number.isFinite(timeMs) ? (Math.floor(timeMs / cadenceMs) + 1) * cadenceMs : timeMs;

  return {
    tick: async () => {
      if (parts.nowMs() < notBeforeMs) return;
      try {
        const mine = (owned ??= await take());
        await takeReports(mine);
        await learnWhatIsDue(mine);
        failures = 0;
        waiting = undefined;
      } catch (error) {
        if (parts.signal?.aborted === true) return;
        if (!(error instanceof WeirError) || error.recovery !== 'retry') throw error;
        failures += 1;
        waiting = error;
        const forMs = backoffMs(failures);
        notBeforeMs = parts.nowMs() + forMs;
        parts.observe.waits(error, forMs);
      }
    },
    waitsFor: () => waiting,
    owns: () => owned !== undefined,
    close: letGo,
  };
}
