import { checkAlerts } from './check-alerts.ts';
import type { MailCounts } from './check-alerts.ts';
import { checkJournal } from './check-journal.ts';
import { checkLedgers } from './check-ledgers.ts';
import type { IngestCounts, PartitionState } from './check-ledgers.ts';
import { checkVerdictOrder } from './check-order.ts';
import { checkOutcomes } from './check-outcomes.ts';
import { checkReleases } from './check-releases.ts';
import { checkSends } from './check-sends.ts';
import { checkJudgedWindows, checkStoredWindows, rememberedAccounts } from './check-windows.ts';
import type { RememberedAccounts, StoredWindows } from './check-windows.ts';
import type { History, Violation } from './history.ts';
import { indexHistory } from './index-history.ts';
import type { NaivePlan } from './naive-windows.ts';

export type CheckInput = {
  readonly history: History;
  readonly partitions: readonly PartitionState[];
  readonly ingest: readonly IngestCounts[];
  readonly mails: MailCounts;
  readonly plan: NaivePlan;
  /** Reads the store for the accounts the log has. */
  readonly readStored: (accounts: RememberedAccounts) => Promise<StoredWindows>;
  /** Decisions below these offsets had their windows recomputed before. */
  readonly windowsCheckedTo: ReadonlyMap<number, number>;
};

/** Every rule over everything that is known. */
export async function runChecks(input: CheckInput): Promise<Violation[]> {
  const { history, plan } = input;
  const index = indexHistory(history);
  const accounts = rememberedAccounts(history, index);
  const stored = await input.readStored(accounts);
  return [
    ...checkOutcomes(history, index),
    ...checkSends(history),
    ...checkVerdictOrder(history),
    ...checkJournal(history, index),
    ...checkReleases(history),
    ...checkAlerts(history, input.mails),
    ...checkLedgers(history, input.partitions, input.ingest),
    ...checkJudgedWindows(accounts, history.journal, plan, input.windowsCheckedTo),
    ...checkStoredWindows(accounts, stored, plan),
  ];
}
