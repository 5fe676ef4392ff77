import type { ApiCaller } from '@weir/access';
import type { AuditAct } from '@weir/audit';
import { formatInstant } from '@weir/contracts';
import { planHash } from '@weir/replays';
import type { ReadReplayRequest, ReplayPlan } from '@weir/replays';
import { planRefused as refused } from '../plan/plan-parts.ts';
import { leftBy } from '../run/left-by.ts';
import { planned, stepOf } from '../store/lifecycle.ts';
import type { LifecycleAct } from '../store/lifecycle.ts';
import { mostReplays } from '../store/replay-store.ts';
import type { KeptReplay } from '../store/replay-store.ts';
import type { Alone, ApiPorts, Refused } from './api-ports.ts';

export type Done = { readonly kind: 'done'; readonly replay: KeptReplay };

/** Whether somebody else has to approve a plan before it runs. */
export const needsApproval = (alone: Alone, { target }: Pick<ReplayPlan, 'target'>): boolean =>
  alone === 'none' || target.kind !== 'compare';

export const actOf = (
  caller: ApiCaller,
  action: AuditAct['action'],
  replayId: string,
  details: AuditAct['details'],
): Omit<AuditAct, 'result'> => ({
  actor: { kind: 'token', name: caller.token.name },
  action,
  subject: { kind: 'replay', id: replayId },
  origin: caller.address,
  details,
});

/** Plans, and keeps the plan once the trail says that it was made. Throws WeirErrors. */
export async function planReplay(
  ports: ApiPorts,
  caller: ApiCaller,
  request: ReadReplayRequest,
): Promise<Done | Refused> {
  const full = refused(
    'replays_full',
    `${mostReplays} are kept: those that have ended go after REPLAY_KEEP_DAYS.`,
  );
  if (ports.store.list().length >= mostReplays) return full;
  const nowMs = ports.nowMs();
  const replayId = ports.newReplayId();
  const asked = { request, replayId, plannedBy: caller.token.name, plannedAt: formatInstant(nowMs) };
  const made = await ports.planReplay(asked);
  if (made.kind === 'refused') return made;
  const { plan, estimate } = made;
  const hash = planHash(plan);
  const kept = { plan, estimate, approval: null, lifecycle: planned(hash, caller.token.name, nowMs) };
  const ruleset = request.versions.kind === 'file' ? request.versions.document : undefined;
  return ports.takeTurn(async () => {
    if (ports.store.list().length >= mostReplays) return full;
    const { stream, range, versions, target } = plan;
    const details = { planHash: hash, stream, by: range.by, versions: versions.kind, target: target.kind };
    const begun = await ports.recorder.recordBefore(actOf(caller, 'replay_planned', replayId, details));
    await ended(begun, () => ports.store.add(kept, ruleset));
    return { kind: 'done', replay: kept };
  });
}

/** Approves a plan by the hash of what was looked at. Throws WeirErrors. */
export const approveReplay = (
  ports: ApiPorts,
  caller: ApiCaller,
  replayId: string,
  hash: string,
): Promise<Done | Refused> =>
  ports.takeTurn(async () => {
    const kept = ports.store.find(replayId);
    if (kept === undefined) return refused('replay_unknown');
    const { plan, lifecycle } = kept;
    const act = actOf(caller, 'replay_approved', replayId, { planHash: hash });
    if (caller.token.name === plan.plannedBy && needsApproval(ports.alone, plan))
      return refuseOnRecord(ports, act, refused('planner_is_approver'));
    const onDisk = await ports.store.planOnDisk(replayId);
    if (hash !== lifecycle.planHash || onDisk === undefined)
      return refuseOnRecord(ports, act, refused('plan_altered'));
    const nowMs = ports.nowMs();
    const step = stepOf(lifecycle, { kind: 'approve', by: caller.token.name }, nowMs);
    if (step.kind === 'refused') return refused(step.code, stateSentence(kept));
    if (step.kind === 'unchanged') return { kind: 'done', replay: kept };
    const begun = await ports.recorder.recordBefore(act);
    const approval = { hash, by: caller.token.name, at: formatInstant(nowMs) };
    await ended(begun, () => ports.store.save(replayId, { lifecycle: step.lifecycle, approval }));
    return { kind: 'done', replay: { ...kept, lifecycle: step.lifecycle, approval } };
  });

/** Runs, pauses, goes on with or ends a replay, once the trail says so. Throws WeirErrors. */
export const changeReplay = (
  ports: ApiPorts,
  caller: ApiCaller,
  replayId: string,
  kind: 'run' | 'pause' | 'resume' | 'stop',
): Promise<Done | Refused> =>
  ports.takeTurn(async () => {
    const kept = ports.store.find(replayId);
    if (kept === undefined) return refused('replay_unknown');
    const { plan, lifecycle } = kept;
    const step = stepOf(lifecycle, lifecycleActOf(ports, caller, plan, kind), ports.nowMs());
    if (step.kind === 'unchanged') return { kind: 'done', replay: kept };
    const action = kind === 'run' ? 'replay_run' : 'replay_changed';
    const details = { planHash: lifecycle.planHash, ...(kind === 'run' ? {} : { change: kind }) };
    const act = actOf(caller, action, replayId, details);
    if (step.kind === 'refused') {
      const answer = refused(step.code, stateSentence(kept));
      return step.code === 'replay_not_approved' ? refuseOnRecord(ports, act, answer) : answer;
    }
    if (step.lifecycle.state === 'running') {
      const wrong = await whyNotToRun(ports, kept);
      if (wrong !== undefined)
        return wrong.code === 'plan_altered' ? refuseOnRecord(ports, act, wrong) : wrong;
    }
    const begun = await ports.recorder.recordBefore(act);
    if (kind === 'run') {
      const run = { by: caller.token.name, origin: caller.address, entry: begun.requestId };
      const running = { ...step.lifecycle, run };
      await failedUnless(begun, () => ports.store.save(replayId, { lifecycle: running }));
      ports.loop.begin(replayId);
      return { kind: 'done', replay: { ...kept, lifecycle: running } };
    }
    // One that runs tells its end itself, once it is done with the batch under way.
    const isAtWork = kind === 'stop' && ports.loop.progressOf(replayId) !== undefined;
    const changed = isAtWork ? { ...step.lifecycle, endUntold: true as const } : step.lifecycle;
    await ended(begun, async () => {
      if (kind === 'stop' && !isAtWork) await recordEndBy(ports, caller, kept, 'stopped');
      await ports.store.save(replayId, { lifecycle: changed });
    });
    if (kind === 'resume') ports.loop.begin(replayId);
    else ports.loop.interrupt(replayId, kind);
    if (kind === 'stop') ports.tidy();
    return { kind: 'done', replay: { ...kept, lifecycle: step.lifecycle } };
  });

/** A run that was begun has an end on the trail, also where somebody ended it, with how much it had handed over. */
export async function recordEndBy(
  { recorder, filesOf }: ApiPorts,
  caller: ApiCaller,
  { plan, lifecycle: { run, planHash } }: KeptReplay,
  how: 'stopped' | 'discarded',
): Promise<void> {
  if (run === null) return;
  const left = await leftBy(plan, filesOf(plan));
  const details = { planHash, [how]: true, begun: run.entry, ...left };
  await recorder.record({ ...actOf(caller, 'replay_run', plan.replayId, details), result: 'done' });
}

function lifecycleActOf(
  { alone }: ApiPorts,
  { token: { name: by } }: ApiCaller,
  plan: ReplayPlan,
  kind: 'run' | 'pause' | 'resume' | 'stop',
): LifecycleAct {
  return kind === 'run' ? { kind, by, isFree: !needsApproval(alone, plan) } : { kind, by };
}

/** What stands in the way of a replay that may run as far as its own state goes. */
async function whyNotToRun(
  { store, alone }: ApiPorts,
  { plan, approval }: KeptReplay,
): Promise<Refused | undefined> {
  const onDisk = await store.planOnDisk(plan.replayId);
  if (onDisk === undefined) return refused('plan_altered');
  const isFree = !needsApproval(alone, onDisk);
  if (!isFree && approval?.hash !== planHash(onDisk)) return refused('plan_altered');
  if (!isFree && approval?.by === onDisk.plannedBy) return refused('replay_not_approved');
  const other = store.list().find(({ lifecycle }) => lifecycle.state === 'running');
  if (other === undefined) return undefined;
  return refused('replay_underway', `It is ${other.plan.replayId}: pause or stop it, or wait for its end.`);
}

const stateSentence = ({ lifecycle }: KeptReplay): string => `It is ${lifecycle.state}.`;

/** A refusal that the security team should know of. */
async function refuseOnRecord(
  { recorder }: ApiPorts,
  act: Omit<AuditAct, 'result'>,
  answer: Refused,
): Promise<Refused> {
  await recorder.record({ ...act, result: 'refused', details: { ...act.details, reason: answer.code } });
  return answer;
}

type Begun = Awaited<ReturnType<ApiPorts['recorder']['recordBefore']>>;

/** Does what the trail says was begun, and says there where it failed. */
async function failedUnless(begun: Begun, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    await begun.end('failed');
    throw error;
  }
}

export async function ended(begun: Begun, work: () => Promise<void>): Promise<void> {
  await failedUnless(begun, work);
  await begun.end('done');
}
