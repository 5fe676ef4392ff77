import { readPublicKeys } from '@weir/audit';
import { streams } from '@weir/contracts';
import type { CommandContext } from '../command-context.ts';
import { downloadText } from '../http/download.ts';
import type { Ops } from '../ops/connect-ops.ts';
import { pathOf } from '../replay/replays-api.ts';
import type { CaseApis, PlannedCase } from './case-apis.ts';
import type { CollectedCase } from './case-files.ts';
import { collectAlerts } from './collect-alerts.ts';
import { collectAudit, subjectName, waitUntilSigned } from './collect-audit.ts';
import { collectDecisions } from './collect-decisions.ts';
import { collectEvents } from './collect-events.ts';
import { collectOutcomes } from './collect-outcomes.ts';
import { collectTransactions } from './collect-transactions.ts';
import { explainRecords } from './explain-records.ts';
import { requireManifest } from './require-manifest.ts';
import { transactionIds } from './transaction-ids.ts';

type Collecting = {
  readonly apis: CaseApis;
  readonly ops: Ops;
  readonly planned: PlannedCase;
  /** The public key of replay, in PEM. */
  readonly replayKey: string;
  readonly begun: { readonly requestId: string; readonly trailEnd: ReadonlyMap<number, number> };
};

/** Everything that belongs to the case of an account: what the manifest names, and what is about it elsewhere. */
export async function collectCase(
  { apis, ops, planned, replayKey, begun }: Collecting,
  { terminal, stopping: signal }: CommandContext,
): Promise<Pick<CollectedCase, 'transactions' | 'verdicts' | 'alerts' | 'audit' | 'replay'>> {
  const { access } = apis.replays;
  const { account } = planned;
  const { replayId } = planned.replay;
  const text = (what: string): Promise<string> => downloadText(access, pathOf(replayId, what), signal);
  const replay = {
    manifest: await text('manifest'),
    report: await text('report'),
    reportPage: await text('report.html'),
  };
  const places = await requireManifest(Buffer.from(replay.manifest), readPublicKeys(replayKey), planned);
  terminal.live(`${String(places.length)} records are opened and explained`);
  const transactions = await collectTransactions(ops, places, account, signal);
  const decisions = await collectDecisions(ops, places, signal);
  const ids = transactionIds(transactions, decisions, account);
  const events = await collectEvents(ops, places, account, { decisions, transactions }, signal);
  const outcomes = await collectOutcomes(ops, ids, signal);
  const verdicts = await explainRecords(ops, { places, transactions, decisions, events, outcomes });
  const alerts = await collectAlerts(apis.alerts, account, ids);
  await waitUntilSigned(ops, begun.requestId, begun.trailEnd, {
    signal,
    onWait: () => terminal.live('waiting for the notary to sign the audit trail'),
  });
  const subjects = new Set([
    subjectName({ kind: 'replay', id: replayId }),
    ...alerts.map(({ alert }) => subjectName({ kind: 'alert', id: alert.alertId })),
    ...[...ids].map((id) => subjectName({ kind: 'transaction', id })),
    ...transactions.map(({ partition, offset }) =>
      subjectName({ kind: 'record', id: recordName(partition, offset) }),
    ),
  ]);
  const audit = await collectAudit(ops, subjects, signal);
  return { transactions, verdicts, alerts, audit, replay };
}

/** As the trail names a record that was refused. */
const recordName = (partition: number, offset: number): string =>
  [streams.received.topic, partition, offset].join('-');
