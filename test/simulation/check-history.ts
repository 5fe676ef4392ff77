import { checkAlerts, latestAlerts } from '../history-checks/check-alerts.ts';
import { checkDeliveries } from '../history-checks/check-deliveries.ts';
import { checkJournal } from '../history-checks/check-journal.ts';
import { checkVerdictOrder } from '../history-checks/check-order.ts';
import { checkOutcomes } from '../history-checks/check-outcomes.ts';
import { checkPartitions } from '../history-checks/check-partitions.ts';
import { checkReference } from '../history-checks/check-reference.ts';
import { checkReleases } from '../history-checks/check-releases.ts';
import { checkSends } from '../history-checks/check-sends.ts';
import { checkVersions } from '../history-checks/check-versions.ts';
import {
  accountsByPartition,
  checkJudgedWindows,
  checkStoredWindows,
  rememberedAccounts,
} from '../history-checks/check-windows.ts';
import { emptyHistory } from '../history-checks/history.ts';
import type { History, SentTransaction, Violation } from '../history-checks/history.ts';
import { indexHistory } from '../history-checks/index-history.ts';
import { readStored } from '../history-checks/read-stored.ts';
import { checkLedgers } from './check-ledgers.ts';
import { checkMarks } from './check-marks.ts';
import { planInForce, plans } from './control-records.ts';
import { source } from './ingest-worker.ts';
import type { Topics } from './topics.ts';
import type { World } from './world.ts';

/**
 * Everything Weir promises, held against what a run left behind: the topics, the
 * window store, the ledgers and what people were told. `calm` is what an undisturbed run made
 * of the same log. Answers one sentence for each thing that is not as promised.
 */
export const checkHistory = async (world: World, topics: Topics, calm: Topics): Promise<string[]> => {
  const { planted } = world;
  const history: History = { ...emptyHistory, ...topics.part, planted, sends: sendsOf(world) };
  const index = indexHistory(history);
  const accounts = rememberedAccounts(history, index);
  const inForce = plans.find(({ ref }) => ref === planInForce(world)) ?? plans[0];
  const stored = await readStored(
    world.windows.open(inForce.ref),
    accountsByPartition(accounts, world.partitions),
  );
  const violations = [
    ...checkOutcomes(history, index),
    ...checkPartitions(history, []),
    ...checkSends(history),
    ...checkVerdictOrder(history),
    ...checkReleases(history),
    ...checkJournal(history, index),
    ...checkVersions(history),
    ...checkMarks(history),
    ...checkReference(history, calm.part, endsOf(history)),
    ...checkJudgedWindows(accounts, history.journal, plans),
    ...checkStoredWindows(accounts, stored, inForce),
    ...checkAlerts(history, new Map()),
    ...checkDeliveries(latestAlerts(history, new Map()), world.messages),
  ];
  return [...violations.map(sentenceOf), ...(await checkLedgers(world, topics))];
};

/** The whole file was fed, and after it every account asked for once more. */
const sendsOf = ({ bank, touched }: World): SentTransaction[] =>
  [...bank.lines, ...touched].map((transaction, at) => ({
    sequence: at,
    state: 'acknowledged',
    transaction,
    source,
    sourceLine: at + 1,
  }));

const endsOf = ({ log }: History): Map<number, number> => {
  const ends = new Map<number, number>();
  for (const { partition, offset } of log)
    ends.set(partition, Math.max(ends.get(partition) ?? 0, offset + 1));
  return ends;
};

const sentenceOf = ({ rule, partition, offset, found }: Violation): string =>
  [rule, ...(partition === undefined ? [] : [`at ${partition}:${offset}`])].join(' ') + `: ${found}`;
