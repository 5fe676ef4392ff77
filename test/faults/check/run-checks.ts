import { checkAlerts, latestAlerts } from '../../history-checks/check-alerts.ts';
import type { KnownAlerts } from '../../history-checks/check-alerts.ts';
import { checkDeliveries } from '../../history-checks/check-deliveries.ts';
import type { ReceivedMessage } from '../../history-checks/check-deliveries.ts';
import { checkJournal } from '../../history-checks/check-journal.ts';
import { checkVerdictOrder } from '../../history-checks/check-order.ts';
import { checkOutcomes } from '../../history-checks/check-outcomes.ts';
import { checkPartitions } from '../../history-checks/check-partitions.ts';
import { checkReleases } from '../../history-checks/check-releases.ts';
import { checkSends } from '../../history-checks/check-sends.ts';
import { checkVersions } from '../../history-checks/check-versions.ts';
import {
  checkJudgedWindows,
  checkStoredWindows,
  rememberedAccounts,
} from '../../history-checks/check-windows.ts';
import type { RememberedAccounts, StoredWindows } from '../../history-checks/check-windows.ts';
import type { History, PlacesByPartition, Violation } from '../../history-checks/history.ts';
import { indexHistory } from '../../history-checks/index-history.ts';
import type { NaivePlan } from '../../history-checks/naive-windows.ts';
import { checkActivations } from './check-activations.ts';
import { checkLedgers } from './check-ledgers.ts';
import type { IngestCounts, PartitionState } from './check-ledgers.ts';

export type CheckInput = {
  readonly history: History;
  readonly partitions: readonly PartitionState[];
  readonly ingest: readonly IngestCounts[];
  /** Every mail there ever was, and the alerts from before the history. */
  readonly mails: readonly ReceivedMessage[];
  readonly earlierAlerts: KnownAlerts;
  /** What the log has been decided under; the last one is in force. */
  readonly plans: readonly [NaivePlan, ...NaivePlan[]];
  /** Reads all that the store has, and looks for the accounts the log has. */
  readonly readStored: (accounts: RememberedAccounts) => Promise<StoredWindows>;
  /** From where on the windows of decisions are recomputed by brute force, which takes its time. */
  readonly windowsFrom: PlacesByPartition;
  /** The remembered transactions of what was judged before. */
  readonly earlier: RememberedAccounts;
};

/** Every rule. Answers the remembered transactions as well, for the next time. */
export async function runChecks(
  input: CheckInput,
): Promise<{ readonly violations: readonly Violation[]; readonly accounts: RememberedAccounts }> {
  const { history, plans } = input;
  const index = indexHistory(history);
  const accounts = rememberedAccounts(history, index, input.earlier);
  const stored = await input.readStored(accounts);
  const violations = [
    ...checkOutcomes(history, index),
    ...checkSends(history),
    ...checkPartitions(history, input.earlier.keys()),
    ...checkVerdictOrder(history),
    ...checkJournal(history, index),
    ...checkVersions(history),
    ...checkActivations(history),
    ...checkReleases(history),
    ...checkAlerts(history, input.earlierAlerts),
    ...checkDeliveries(latestAlerts(history, input.earlierAlerts), input.mails),
    ...checkLedgers(history, input.partitions, input.ingest),
    ...checkJudgedWindows(accounts, history.journal, plans, input.windowsFrom),
    ...checkStoredWindows(accounts, stored, plans.at(-1) ?? plans[0]),
  ];
  return { violations, accounts };
}
