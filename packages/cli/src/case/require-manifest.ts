import type { KeyObject } from 'node:crypto';
import { manifestPlaces, verifyManifest } from '@weir/replays';
import type { ManifestPlace } from '@weir/replays';
import { CommandError, exitCodes } from '../exit-codes.ts';
import type { PlannedCase } from './case-apis.ts';

type ApprovedCase = Omit<PlannedCase, 'replay'> & {
  readonly replay: Pick<PlannedCase['replay'], 'replayId' | 'hash' | 'plan' | 'approvedBy'>;
};

/**
 * The records that the manifest of a case names, once it is known that replay signed it, and of what was approved:
 * nothing may be opened by the word of a manifest before. Throws CommandError (1).
 */
export async function requireManifest(
  manifest: Uint8Array,
  keys: readonly KeyObject[],
  { replay, account, sealedTo }: ApprovedCase,
): Promise<readonly ManifestPlace[]> {
  const { findings, header, end } = await verifyManifest(whole(manifest), keys);
  const { plan } = header ?? {};
  const isApproved =
    findings.length === 0 &&
    header?.planHash === replay.hash &&
    plan?.replayId === replay.replayId &&
    plan.environment === replay.plan.environment &&
    plan.target.kind === 'case' &&
    plan.target.sealedTo === sealedTo &&
    JSON.stringify(plan.filter) === JSON.stringify({ accounts: [account] }) &&
    end?.plannedBy === replay.plan.plannedBy &&
    end.approvedBy !== null &&
    end.approvedBy === replay.approvedBy;
  if (isApproved) return manifestPlaces(manifest);
  throw new CommandError(
    exitCodes.notAsItShouldBe,
    `The manifest of ${replay.replayId} is not that of what was approved, so nothing was opened by it: see "npx weir replay verify"`,
  );
}

async function* whole(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
