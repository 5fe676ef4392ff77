import type { Alert, AlertChange, TakenIn } from '@weir/alerts';
import type { StoredEntry } from '@weir/alert-store';
import { encodeDetails, growDetails } from '../store/alert-details.ts';
import type { AlertDetails } from '../store/alert-details.ts';
import type { RevisedAlert } from '../store/alert-revision.ts';
import { revisionEvents } from '../store/outbox-records.ts';
import type { OutgoingEvent } from '../store/outbox-records.ts';
import type { ReadFinding } from './read-run.ts';

/** What a run leads to, not yet sealed. */
export type IntakePlan = {
  readonly alerts: readonly { readonly alert: Alert; readonly plaintext: Buffer }[];
  readonly entries: readonly StoredEntry[];
  readonly outgoing: readonly OutgoingEvent[];
};

/**
 * Puts what a run leads to into rows and events. `details` are those of the alerts that there were. Pure.
 */
export function planIntake(
  environment: string,
  taken: TakenIn,
  findings: readonly ReadFinding[],
  details: ReadonlyMap<string, AlertDetails>,
): IntakePlan {
  const read = new Map(findings.toReversed().map((finding) => [finding.entryId, finding] as const));
  const findingOf = (entryId: string): ReadFinding => {
    const finding = read.get(entryId);
    if (finding === undefined) throw new RangeError(`entry ${entryId} is not of this run`);
    return finding;
  };
  const joined = Map.groupBy(taken.entries, ({ alertId }) => alertId);
  const changes = new Map(taken.changes.toReversed().map((change) => [change.alertId, change] as const));
  const revised = taken.alerts.map((alert): RevisedAlert & { readonly change: AlertChange | undefined } => ({
    alert,
    details: growDetails(
      details.get(alert.alertId),
      alert.gravest,
      (joined.get(alert.alertId) ?? []).map(({ entryId }) => findingOf(entryId).details),
    ),
    change: changes.get(alert.alertId),
  }));
  return {
    alerts: revised.map((one) => ({ alert: one.alert, plaintext: encodeDetails(one.details) })),
    entries: taken.entries.map((entry) => ({ entry, record: findingOf(entry.entryId).evidence })),
    outgoing: revised.flatMap((one) => revisionEvents(environment, one)),
  };
}
