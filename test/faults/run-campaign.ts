import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readLedgers } from '../../packages/cli/src/ledger/read-ledgers.ts';
import { createCampaign, judgeAll } from './campaign.ts';
import type { Campaign } from './campaign.ts';
import { repeatedMails } from './check/check-alerts.ts';
import { checkReference } from './check/check-reference.ts';
import type { HistoryPart, Violation } from './check/history.ts';
import type { FaultKind } from './plan/fault-kinds.ts';
import { planRounds } from './plan/plan-rounds.ts';
import { readHistory } from './read/read-history.ts';
import { runReference } from './reference-run.ts';
import { describePlan, describeRound, describeStep, goalsOf, listViolations, machineLoad } from './report.ts';
import type { CampaignReport } from './report.ts';
import { runRound } from './run-round.ts';
import type { RoundReport } from './run-round.ts';
import type { WorkerEnd } from './stack/kept-worker.ts';
import { startFaultStack } from './stack/start-fault-stack.ts';

export type CampaignOptions = {
  readonly seed: string;
  readonly rounds: number;
  /** Kinds of fault to look into; empty for all of them. */
  readonly only: readonly FaultKind[];
  readonly signal: AbortSignal;
  /** Told of the progress, a line at a time. */
  readonly say: (line: string) => void;
};

/** Everything is read again from the topics' beginning after so many rounds. */
const fullCheckEvery = 10;
/** More would only repeat themselves; the counts are of all of them. */
const mostListedViolations = 1_000;

/** Runs all rounds and answers the report. Rejects where the run itself fails; nothing is left running either way. */
export async function runCampaign(options: CampaignOptions): Promise<CampaignReport> {
  const { seed, signal, say } = options;
  const startedAt = new Date();
  const home = mkdtempSync(join(tmpdir(), 'weir-faults-'));
  const workerEnds: WorkerEnd[] = [];
  say(`starting everything under ${home}`);
  let isEvidence = true;
  try {
    const stack = await startFaultStack(home, (end) => void workerEnds.push(end));
    try {
      const campaign = createCampaign({ seed, stack, workerEnds, signal });
      const rounds = await runRounds(campaign, options);
      const comparedDecisions = await checkAtEnd(campaign, say);
      isEvidence = campaign.violations.length > 0;
      return reportOf(campaign, {
        rounds,
        comparedDecisions,
        plannedRounds: options.rounds,
        startedAt,
        evidence: isEvidence ? home : null,
      });
    } finally {
      await stack.stop();
    }
  } finally {
    if (isEvidence && !signal.aborted) say(`logs and topics are kept in ${home}`);
    else rmSync(home, { recursive: true, force: true });
  }
}

async function runRounds(
  campaign: Campaign,
  { seed, rounds, only, say }: CampaignOptions,
): Promise<RoundReport[]> {
  const reports: RoundReport[] = [];
  for (const plan of planRounds(seed, rounds, only)) {
    say(describePlan(plan, rounds));
    const report = await runRound(campaign, plan, (step) => say(describeStep(step)));
    reports.push(report);
    for (const line of describeRound(report)) say(line);
    const gaveUp = report.workerEnds.find((end) => end.gaveUp);
    if (gaveUp !== undefined)
      throw new Error(`${gaveUp.name} ${gaveUp.how} and asks for a person: see its log`);
    if (plan.round % fullCheckEvery === 0 && plan.round < rounds) await checkFromStart(campaign, say);
  }
  return reports;
}

/** Reads every topic from its beginning, as a new reader would, and holds every rule against that. */
async function checkFromStart(campaign: Campaign, say: (line: string) => void): Promise<HistoryPart> {
  const startedMs = performance.now();
  const { part } = await readHistory(campaign.stack.observer, {});
  const violations = [...(await judgeAll(campaign, part)).violations];
  const { counts } = campaign;
  for (const [name, now, before] of [
    ['the log', part.log.length, counts.log],
    ['verdicts', part.published.length, counts.cleared + counts.held],
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

function reportOf(
  campaign: Campaign,
  run: {
    readonly rounds: readonly RoundReport[];
    readonly comparedDecisions: number;
    readonly plannedRounds: number;
    readonly startedAt: Date;
    readonly evidence: string | null;
  },
): CampaignReport {
  const { counts, sends, violations, planted } = campaign;
  const { deliveries } = campaign.stack.mails;
  const sentAs = (state: 'acknowledged' | 'unknown'): number =>
    sends.filter((send) => send.state === state).length;
  const report: CampaignReport = {
    seed: campaign.seed,
    plannedRounds: run.plannedRounds,
    startedAt: run.startedAt.toISOString(),
    seconds: Math.round((Date.now() - run.startedAt.getTime()) / 1000),
    loadAverage: machineLoad(),
    totals: {
      sent: sends.length,
      acknowledged: sentAs('acknowledged'),
      unknown: sentAs('unknown'),
      planted: planted.length,
      logRecords: counts.log,
      cleared: counts.cleared,
      held: counts.held,
      rejected: counts.rejected,
      alerts: counts.alerts,
      mails: deliveries.size,
      repeatedMails: repeatedMails(deliveries),
      workerEnds: campaign.workerEnds.length,
    },
    rounds: run.rounds,
    violations: violations.slice(0, mostListedViolations),
    comparedDecisions: run.comparedDecisions,
    goals: goalsOf(violations, run.rounds),
    evidence: run.evidence,
  };
  if (run.evidence !== null)
    writeFileSync(join(run.evidence, 'violations.json'), JSON.stringify(violations, null, 2));
  return report;
}
