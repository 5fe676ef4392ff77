import type { ApiCaller } from '@weir/access';
import { formatInstant } from '@weir/contracts';
import { caseSignedText } from '@weir/replays';
import type { CaseClaim, CaseReadiness, CaseSignatureAnswer, ReplayPlan } from '@weir/replays';
import type { ApiPorts, Refused } from '../api/api-ports.ts';
import { planRefused as refused } from '../plan/plan-parts.ts';
import type { ManifestSigner } from '../run/finish-replay.ts';
import type { KeptReplay } from '../store/replay-store.ts';

/** What signing a bundle takes. */
export type BundlePorts = Pick<ApiPorts, 'store' | 'recorder' | 'nowMs'> & {
  readonly signer: ManifestSigner;
};

/** Whether the bundle of a replay can be signed, asked before anybody opens something for it. */
export function bundleReadiness(ports: BundlePorts, replayId: string): CaseReadiness | Refused {
  const kept = caseOf(ports, replayId);
  return 'kind' in kept ? kept : { replayId, ready: kept.lifecycle.state === 'done' };
}

/**
 * Signs what a bundle claims, once its entry stands on the trail. Who planned and who approved is replay's own word;
 * of the bundle it is told the digest alone. Throws WeirErrors, of a trail that is away too: nothing is signed then.
 */
export async function signBundle(
  ports: BundlePorts,
  { token, address }: ApiCaller,
  replayId: string,
  indexSha256: string,
): Promise<CaseSignatureAnswer | Refused> {
  const kept = caseOf(ports, replayId);
  if ('kind' in kept) return kept;
  const { plan, approval, lifecycle } = kept;
  if (lifecycle.state !== 'done') return refused('replay_unfinished', `It is ${lifecycle.state}.`);
  // Nothing is run that was approved by nobody; a folder that somebody wrote to may say otherwise.
  if ((await ports.store.planOnDisk(replayId)) === undefined) return refused('plan_altered');
  if (approval === null || approval.by === plan.plannedBy || approval.hash !== lifecycle.planHash)
    return refused('replay_not_approved');
  const { planHash } = lifecycle;
  const { signer, recorder, nowMs } = ports;
  const begun = await recorder.recordBefore({
    actor: { kind: 'token', name: token.name },
    action: 'case_exported',
    subject: { kind: 'replay', id: replayId },
    origin: address,
    details: { planHash, indexSha256, isSealed: isSealed(plan) },
  });
  const claim: CaseClaim = {
    ...{ replayId, planHash, indexSha256 },
    ...{ plannedBy: plan.plannedBy, approvedBy: approval.by, exportedBy: token.name },
    ...{ signedAt: formatInstant(nowMs()), keyId: signer.keyId, algorithm: 'ECDSA_SHA_256' },
  };
  try {
    const signature = Buffer.from(await signer.sign(caseSignedText(claim))).toString('base64');
    await begun.end('done');
    return { claim, signature };
  } catch (error) {
    await begun.end('failed').catch(() => undefined);
    throw error;
  }
}

/** The case of exactly one account: of anything else there is no bundle. */
function caseOf({ store }: BundlePorts, replayId: string): KeptReplay | Refused {
  const kept = store.find(replayId);
  if (kept === undefined) return refused('replay_unknown');
  const { target, filter } = kept.plan;
  const isOfOne = filter.accounts?.length === 1 && Object.keys(filter).length === 1;
  return target.kind === 'case' && isOfOne ? kept : refused('target_unfit');
}

const isSealed = ({ target }: ReplayPlan): boolean => target.kind === 'case' && target.sealedTo !== null;
