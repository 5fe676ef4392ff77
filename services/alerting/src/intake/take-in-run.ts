import { takeIn } from '@weir/alerts';
import type { Alert, Routing, TakenIn } from '@weir/alerts';
import type { AlertRows, AlertStore, OutboxRecord, StoredAlert } from '@weir/alert-store';
import { openEvents } from '@weir/envelope';
import type { Opener } from '@weir/envelope';
import type { KafkaRecord } from '@weir/kafka';
import { joinAlerts } from '../notify/join-alerts.ts';
import { decodeDetails } from '../store/alert-details.ts';
import type { AlertDetails } from '../store/alert-details.ts';
import { changeStore } from '../store/change-store.ts';
import type { SealOutbox } from '../store/outbox-records.ts';
import { alertCell } from '../store/store-columns.ts';
import type { StoreColumns } from '../store/store-columns.ts';
import { topicOf } from './input-partition.ts';
import type { Input } from './input-partition.ts';
import { planIntake } from './plan-intake.ts';
import type { IntakePlan } from './plan-intake.ts';
import { readRelated, versionOf } from './read-related.ts';
import type { Related } from './read-related.ts';
import { readRun } from './read-run.ts';
import type { ReadRun } from './read-run.ts';

export type IntakeParts = {
  readonly opening: { readonly opener: Opener; readonly environment: string };
  readonly store: Pick<AlertStore, 'transaction' | 'alert'>;
  readonly columns: StoreColumns;
  readonly sealOutbox: SealOutbox;
  /** The one in force: when episodes end, what makes a case, and who is told. */
  readonly routing: () => Routing;
  readonly nowMs: () => number;
  /**
   * Has the runs of this process change the store one after another. Runs of different partitions may have to
   * do with the same cases: at once they would prepare most of their changes in vain.
   */
  readonly takeTurn: <Result>(work: () => Promise<Result>) => Promise<Result>;
};

/** A run of records in offset order, from one stored position to the next. */
export type Run = {
  /** The position as the store has to have it; undefined where it has none. */
  readonly from: number | undefined;
  readonly next: number;
  readonly records: readonly KafkaRecord[];
};

export type RunOutcome =
  | { readonly kind: 'taken'; readonly run: ReadRun; readonly taken: TakenIn }
  /** The store has another position: somebody else has taken in records of this partition. */
  | { readonly kind: 'moved' }
  /** Nothing was done: when its turn came the partition was this worker's no more. */
  | { readonly kind: 'left' };

type Prepared = {
  readonly taken: TakenIn;
  readonly plan: IntakePlan;
  readonly sealed: readonly Uint8Array[];
  readonly ended: readonly StoredAlert[];
  readonly outbox: readonly OutboxRecord[];
  readonly nowMs: number;
};

/**
 * Takes a run of records in: alerts, entries, cases, groups, what has to go to topics, and the position
 * behind the run are one transaction of the store. A run that was taken in before leaves no trace: its
 * position is not the stored one any more. One whose partition `isLost` when its turn comes is left, so
 * that nobody who stops, or hands partitions over, waits for all runs that are before it. Throws what the KMS
 * and the store throw.
 */
export async function takeInRun(
  parts: IntakeParts,
  input: Input,
  run: Run,
  isLost: () => boolean = () => false,
): Promise<RunOutcome> {
  const { opener, environment } = parts.opening;
  const opened = await openEvents({ opener, environment, stream: input.stream }, run.records);
  const read = readRun(input, environment, run.records, opened);
  const at = { topic: topicOf(input), partition: input.partition };
  return parts.takeTurn(async (): Promise<RunOutcome> => {
    if (isLost()) return { kind: 'left' };
    const prepared = await changeStore(parts.store, {
      read: (rows) => readRelated(rows, at, read.findings, parts.routing().cases),
      versionOf,
      prepare: (related) =>
        related.position === run.from ? prepare(parts, read, related) : Promise.resolve(undefined),
      write: async (rows, made) => {
        await write(parts, rows, made);
        await rows.setPosition(at.topic, at.partition, run.next);
      },
    });
    return prepared === undefined ? { kind: 'moved' } : { kind: 'taken', run: read, taken: prepared.taken };
  });
}

async function prepare(parts: IntakeParts, read: ReadRun, related: Related): Promise<Prepared> {
  const nowMs = parts.nowMs();
  const alertsOf = (stored: readonly StoredAlert[]): readonly Alert[] => stored.map(({ alert }) => alert);
  const taken = takeIn({
    findings: read.findings.map(({ facts }) => facts),
    open: alertsOf(related.open),
    known: related.known,
    cases: related.cases,
    recent: related.recent,
    settings: parts.routing(),
    nowMs,
  });
  const stored = await storedBefore(parts.store, related, taken.alerts);
  const details = await openDetails(
    parts.columns,
    taken.alerts.flatMap(({ alertId }) => stored.get(alertId) ?? []),
  );
  const plan = planIntake(parts.opening.environment, taken, read.findings, details);
  return {
    taken,
    plan,
    sealed: await parts.columns.seal(
      plan.alerts.map(({ alert, plaintext }) => ({ ...alertCell(alert), plaintext })),
    ),
    ended: taken.ended.flatMap((alert) => {
      const before = stored.get(alert.alertId);
      return before === undefined ? [] : [{ alert, sealed: before.sealed }];
    }),
    outbox: await parts.sealOutbox([...plan.outgoing, ...read.outgoing]),
    nowMs,
  };
}

/** The alerts as they stand before, with their sealed parts. Those that only join a case come to the open ones. */
async function storedBefore(
  store: IntakeParts['store'],
  { open, recent }: Related,
  changed: readonly Alert[],
): Promise<ReadonlyMap<string, StoredAlert>> {
  const stored = new Map(open.map((one) => [one.alert.alertId, one] as const));
  const isRecent = new Set(recent.map(({ alertId }) => alertId));
  for (const { alertId } of changed) {
    if (stored.has(alertId) || !isRecent.has(alertId)) continue;
    const one = await store.alert(alertId);
    if (one !== undefined) stored.set(alertId, one);
  }
  return stored;
}

async function openDetails(
  columns: StoreColumns,
  stored: readonly StoredAlert[],
): Promise<ReadonlyMap<string, AlertDetails>> {
  const opened = await columns.open(stored.map(({ alert, sealed }) => ({ ...alertCell(alert), sealed })));
  return new Map(
    stored.map(({ alert }, index) => [alert.alertId, decodeDetails(alert.alertId, opened[index])] as const),
  );
}

async function write(parts: IntakeParts, rows: AlertRows, made: Prepared): Promise<void> {
  const { taken, plan, sealed } = made;
  // An episode that is over gives its key free for the one that follows it.
  await rows.saveAlerts(made.ended);
  await rows.saveAlerts(
    plan.alerts.map(({ alert }, index) => ({ alert, sealed: sealed[index] ?? new Uint8Array() })),
  );
  await rows.addEntries(plan.entries);
  await rows.addChanges(taken.changes.map((change) => ({ change, sealedReason: undefined })));
  await rows.saveCases(taken.cases);
  await joinAlerts(rows, parts.routing(), { ...taken, nowMs: made.nowMs });
  await rows.appendOutbox(made.outbox);
}
