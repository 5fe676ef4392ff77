import type { KafkaRecord } from '@weir/kafka';
import type { AccountHistory } from '@weir/windows';
import type { ArtefactKind, ControlRecord } from '@weir/contracts';
import type { Judge } from '@weir/rules';
import type { Run } from './cut-runs.ts';
import type { DetectionParts, StepObserver } from './detection-parts.ts';
import { appendToWindows, goOnBehind, loadHistories, storedBefore } from './histories.ts';
import type { StoredBefore } from './histories.ts';
import {
  applyControl,
  decideBatch,
  decideWithTeam,
  joinBatch,
  joinedBy,
  windowRecordOf,
} from '@weir/verdicts';
import type { Decided, LogState } from '@weir/verdicts';
import type { OwnedPartition } from './owned-partition.ts';
import { publish, sealOutputs } from './publish.ts';

type StepDone = Parameters<StepObserver['stepDone']>[1];

/** `otherWindows`: another window plan is in force from here on; the partition has to be taken over again with its windows. */
export type StepOutcome = 'goOn' | 'otherWindows';

/**
 * One step: decides a run of records of one partition, appends them to the
 * windows and publishes what became of them, in this order. A run lies wholly
 * before or wholly behind the stored and the published position found at
 * take-over: what the windows hold is not appended again, what has a verdict is
 * not published again, nor judged.
 *
 * `isRefused` names records that are known to make every publication fail.
 *
 * After any error the partition has to be taken over again: the histories in
 * memory may be ahead of both positions.
 */
export async function runStep(
  parts: DetectionParts,
  owned: OwnedPartition,
  run: Run,
  records: readonly KafkaRecord[],
  isRefused: (offset: number) => boolean,
): Promise<StepOutcome> {
  const [first] = run.decoded;
  if (first === undefined) return 'goOn';
  if (first.offset >= owned.publishFrom) return publishRun(parts, owned, run, records, isRefused);
  await replayRun(parts, owned, run);
  return 'goOn';
}

/** Records that have their verdict already: the windows alone still lack them. */
async function replayRun(parts: DetectionParts, owned: OwnedPartition, run: Run): Promise<void> {
  const histories = await loadHistories(owned, run);
  const before = holdBack(owned, histories, storedBefore(histories));
  const joined = joinBatch(run.decoded, { histories, toRecord: windowRecordOf });
  if (isAppended(owned, run)) await appendToWindows(owned, run, joined, before);
  goOnBehind(owned, run, histories);
  parts.observe.stepDone(owned.partition, { decided: [], publishes: false, outOfOrderQueries: 0 });
}

async function publishRun(
  parts: DetectionParts,
  owned: OwnedPartition,
  run: Run,
  records: readonly KafkaRecord[],
  isRefused: (offset: number) => boolean,
): Promise<StepOutcome> {
  const [first] = run.decoded;
  const outcome =
    first?.kind === 'control' ? await takeInControl(parts, owned, first.control, records[0]) : 'goOn';
  const judge = await parts.resolveJudge(owned.log, owned.plan);
  const histories = await loadHistories(owned, run);
  const before = holdBack(owned, histories, storedBefore(histories));
  const queriesBefore = outOfOrderQueriesOf(histories);
  const { decided, team } = await decideRun(parts, owned, run, { judge, histories });
  const outOfOrderQueries = outOfOrderQueriesOf(histories) - queriesBefore;

  // A record found impossible to publish keeps its place in the windows, which a rebuild from the log would give it too.
  const outcomes = decided.map((one): Decided => (isRefused(one.offset) ? refusal(one.offset) : one));

  // Sealing comes before the chain: when the KMS is away, nothing has moved yet.
  const outputs = await sealOutputs(parts, owned, { ...run, decided: outcomes, records });
  if (isAppended(owned, run)) {
    const joined = decided.flatMap((one) => joinedBy(one) ?? []);
    await appendToWindows(owned, run, joined, before);
  }
  await publish(owned, run.to, outputs);
  goOnBehind(owned, run, histories);
  parts.observe.stepDone(owned.partition, { decided: outcomes, publishes: true, outOfOrderQueries, ...team });
  return outcome;
}

/** Decides by the versions in force; where they name no team's model there is nothing to wait for. */
async function decideRun(
  parts: DetectionParts,
  { log, plan }: OwnedPartition,
  { decoded }: Run,
  { judge, histories }: { readonly judge: Judge; readonly histories: ReadonlyMap<string, AccountHistory> },
): Promise<{ readonly decided: readonly Decided[]; readonly team?: Pick<StepDone, 'team'> }> {
  const context = { histories, toRecord: windowRecordOf };
  const team = await parts.resolveTeamModel(log.versions, plan);
  if (team === undefined) return { decided: decideBatch(decoded, { ...context, judge: judge.judge }) };
  const beganMs = parts.clock.nowMs();
  const { decided, answered } = await decideWithTeam(decoded, { ...context, judge }, team);
  if (answered === undefined) return { decided };
  const outcome = answered.ok ? 'scored' : answered.failure;
  return { decided, team: { team: { outcome, tookMs: parts.clock.nowMs() - beganMs } } };
}

/**
 * Nothing of a control record is published before everything it brings into force
 * is known and fits together. Throws WeirError `artefact_unknown` where it doesn't.
 */
async function takeInControl(
  parts: DetectionParts,
  owned: OwnedPartition,
  control: ControlRecord,
  record: KafkaRecord | undefined,
): Promise<StepOutcome> {
  const log = applyControl(owned.log, control);
  const isOther = log.versions.windowPlan !== owned.log.versions.windowPlan;
  const digest = control.kind === 'artefact_activated' ? control.digest : undefined;
  const plan = isOther ? await parts.resolvePlan(log.versions.windowPlan, digest) : owned.plan;
  await parts.resolveRuleset(log.versions.ruleset, plan, digestIn(control, 'ruleset', log.versions.ruleset));
  await parts.resolveJudge(log, plan);
  const { teamModel } = log.versions;
  await parts.resolveTeamModel(log.versions, plan, digestIn(control, 'team_model', teamModel));
  parts.observe.nowInForce(log, bringsRules(owned.log, control) ? record?.timestampMs : undefined);
  owned.log = log;
  return isOther ? 'otherWindows' : 'goOn';
}

/** Whether it changes which rulesets or lists are in force: one that is said again doesn't, nor does a model or a plan. */
const bringsRules = ({ sequence }: LogState, control: ControlRecord): boolean =>
  control.kind === 'artefact_activated' &&
  (control.artefactKind === 'ruleset' || control.artefactKind === 'list') &&
  control.sequence > sequence;

/** The digest of what is in force, where the control record is what says so. */
const digestIn = (
  control: ControlRecord,
  kind: ArtefactKind,
  inForce: string | undefined,
): string | undefined =>
  control.kind === 'artefact_activated' && control.artefactKind === kind && control.artefact === inForce
    ? control.digest
    : undefined;

function outOfOrderQueriesOf(histories: ReadonlyMap<string, AccountHistory>): number {
  let queries = 0;
  for (const history of histories.values()) queries += history.outOfOrderQueries;
  return queries;
}

/**
 * Lets the commit of a run forget only what could be forgotten before the run in
 * front of it. That one was published, but a broker that is killed while it ends
 * the commit may take it back: both are then decided again, by all they were
 * decided by before.
 */
function holdBack(
  owned: OwnedPartition,
  histories: ReadonlyMap<string, AccountHistory>,
  { after, horizons }: StoredBefore,
): StoredBefore {
  const held = new Map<string, number>();
  const now = new Map<string, number>();
  for (const account of histories.keys()) {
    const forgettable = horizons.get(account) ?? 0;
    now.set(account, forgettable);
    const earlier = owned.lastHorizons?.get(account) ?? forgettable;
    if (earlier > 0) held.set(account, earlier);
  }
  owned.lastHorizons = now;
  return { after, horizons: held };
}

const isAppended = ({ appendFrom }: OwnedPartition, { decoded: [first] }: Run): boolean =>
  first !== undefined && first.offset >= appendFrom;

const refusal = (offset: number): Decided => ({
  kind: 'rejected',
  offset,
  rejection: { code: 'processing_failed', path: '' },
});
