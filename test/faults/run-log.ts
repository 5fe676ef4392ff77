import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readLedgers } from '../../packages/cli/src/ledger/read-ledgers.ts';
import { checkReference } from '../history-checks/check-reference.ts';
import type { HistoryPart, Violation } from '../history-checks/history.ts';
import { createCampaign, judgeAll } from './campaign.ts';
import type { Campaign } from './campaign.ts';
import { repeatedMails } from './check/check-mails.ts';
import { tenant } from './load/paced-feed.ts';
import type { RoundPlan } from './plan/plan-rounds.ts';
import { readHistory } from './read/read-history.ts';
import { runReference } from './reference-run.ts';
import { describePlan, describeRound, describeStep, listViolations, rulesetTotals } from './report.ts';
import type { Totals } from './report.ts';
import { createRulesetDesk } from './rules/ruleset-desk.ts';
import { runRound } from './run-round.ts';
import type { RoundReport } from './run-round.ts';
import type { WorkerEnd } from './stack/kept-worker.ts';
import { startFaultStack } from './stack/start-fault-stack.ts';
import type { FaultStack } from './stack/start-fault-stack.ts';

export type LogRun = {
  readonly rounds: readonly RoundReport[];
  readonly violations: readonly Violation[];
  readonly totals: Totals;
  /** The folder that is kept where something was violated. */
  readonly evidence: string | undefined;
};

export type LogOptions = {
  readonly seed: string;
  readonly plans: readonly RoundPlan[];
  /** Of the whole campaign. */
  readonly rounds: number;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
};

/** Everything is read again from the topics' beginning after so many rounds. */
const fullCheckEvery = 10;

/**
 * Runs rounds on one log, on a pipeline of its own, and at the end holds all of
 * it against the rules and an undisturbed run. Rejects where the run itself
 * fails; nothing is left running either way.
 */
export async function runLog(options: LogOptions): Promise<LogRun> {
  const { seed, signal, say } = options;
  const home = mkdtempSync(join(tmpdir(), 'weir-faults-'));
  const workerEnds: WorkerEnd[] = [];
  say(`starting everything under ${home}`);
  let isEvidence = true;
  try {
    const stack = await startFaultStack(home, (end) => void workerEnds.push(end));
    try {
      const opening = await readOpening(stack);
      const desk = createRulesetDesk({
        logId: opening.logId,
        tenant,
        env: stack.workerEnvironment('ingest'),
        logFile: join(home, 'logs', 'desk.log'),
      });
      const campaign = createCampaign({ seed, stack, ...opening, desk, workerEnds, signal });
      const rounds = await runRounds(campaign, options).finally(desk.stop);
      const comparedDecisions = await checkAtEnd(campaign, say);
      const { violations } = campaign;
      isEvidence = violations.length > 0;
      if (isEvidence) writeFileSync(join(home, 'violations.json'), JSON.stringify(violations, null, 2));
      const totals = totalsOf(campaign, rounds, comparedDecisions);
      return { rounds, violations, totals, evidence: isEvidence ? home : undefined };
    } finally {
      await stack.stop();
    }
  } finally {
    if (isEvidence && !signal.aborted) say(`logs and topics are kept in ${home}`);
    else rmSync(home, { recursive: true, force: true });
  }
}

/** Each partition begins with a record that names the log, and the ruleset it is opened with. */
async function readOpening({
  observer,
}: FaultStack): Promise<{ readonly logId: string; readonly openedWith: string }> {
  const { part } = await readHistory(observer, {}, ['received']);
  const opening = part.log.find((entry) => entry.kind === 'control');
  if (opening?.kind !== 'control' || opening.said.kind !== 'log_opened')
    throw new Error('the log has no name');
  return { logId: opening.logId, openedWith: opening.said.versions.ruleset };
}

async function runRounds(campaign: Campaign, options: LogOptions): Promise<RoundReport[]> {
  const { plans, rounds, say } = options;
  const reports: RoundReport[] = [];
  for (const [index, plan] of plans.entries()) {
    say(describePlan(plan, rounds));
    const report = await runRound(campaign, plan, (step) => say(describeStep(step)));
    reports.push(report);
    for (const line of describeRound(report)) say(line);
    const broken = campaign.workerEnds.filter(({ gaveUp }) => gaveUp);
    keep(campaign, broken.map(givenUp), say);
    if (broken.length > 0 || !report.hasRecovered) {
      say('this pipeline goes on no more: the rest of its rounds is left out');
      return reports;
    }
    if ((index + 1) % fullCheckEvery === 0 && index + 1 < plans.length) await checkFromStart(campaign, say);
  }
  return reports;
}

const givenUp = ({ name, how }: WorkerEnd): Violation => ({
  rule: 'no_worker_gives_up',
  damage: 'lost',
  found: `${name} ${how} and asks for a person`,
});

/** Reads every topic from its beginning, as a new reader would, and holds every rule against that. */
async function checkFromStart(campaign: Campaign, say: (line: string) => void): Promise<HistoryPart> {
  const startedMs = performance.now();
  const { part } = await readHistory(campaign.stack.observer, {});
  const violations = [...(await judgeAll(campaign, part)).violations];
  const { counts } = campaign;
  for (const [name, now, before] of [
    ['the log', part.log.length, counts.log],
    [
      'verdicts and releases',
      part.published.length,
      counts.cleared + counts.held + counts.flagged + counts.released,
    ],
    ['rejections', part.rejected.length, counts.rejected],
    ['alerts', part.alerts.length, counts.alerts],
  ] as const) {
    if (now === before) continue;
    const found = `${name}: ${before} records read as they came, ${now} from the beginning`;
    violations.push({ rule: 'read_the_same', damage: now < before ? 'lost' : 'doubled', found });
  }
  keep(campaign, violations, say);
  say(
    `read from the beginning: ${part.log.length} records of the log, ${violations.length} violations beside those told (${((performance.now() - startedMs) / 1000).toFixed(0)} s)`,
  );
  return part;
}

/** What `weir ledger` itself says. */
async function checkAsWeirLedger({ stack }: Campaign): Promise<Violation[]> {
  const { faults } = await readLedgers(stack.observer, stack.home);
  return faults.map((found) => ({ rule: 'weir_ledger', damage: 'conflicting', found }));
}

async function checkAtEnd(campaign: Campaign, say: (line: string) => void): Promise<number> {
  const part = await checkFromStart(campaign, say);
  keep(campaign, await checkAsWeirLedger(campaign), say);
  say('comparing with an undisturbed run over a copy of the log');
  const { journal, upTo } = await runReference(campaign.stack, campaign.signal);
  const violations = checkReference(part, { journal }, upTo);
  keep(campaign, violations, say);
  const compared = journal.reduce((sum, { decisions }) => sum + decisions.length, 0);
  say(`compared ${compared} decisions with those of the undisturbed run, ${violations.length} differ`);
  return compared;
}

function keep(campaign: Campaign, violations: readonly Violation[], say: (line: string) => void): void {
  campaign.violations.push(...violations);
  for (const line of listViolations(violations)) say(line);
}

function totalsOf(campaign: Campaign, rounds: readonly RoundReport[], comparedDecisions: number): Totals {
  const { counts, sends, planted, workerEnds } = campaign;
  const { deliveries } = campaign.stack.mails;
  const sentAs = (state: 'acknowledged' | 'unknown'): number =>
    sends.filter((send) => send.state === state).length;
  return {
    sent: sends.length,
    acknowledged: sentAs('acknowledged'),
    unknown: sentAs('unknown'),
    planted: planted.length,
    logRecords: counts.log,
    cleared: counts.cleared,
    held: counts.held,
    flagged: counts.flagged,
    released: counts.released,
    rejected: counts.rejected,
    alerts: counts.alerts,
    mails: deliveries.size,
    repeatedMails: repeatedMails(deliveries),
    workerEnds: workerEnds.length,
    comparedDecisions,
    ...rulesetTotals(rounds),
  };
}
