import type { WeirError } from '@weir/contracts';
import type { Health } from '@weir/runtime';

/** What /readyz says: whether this notary records, and what keeps it from it. */
export function notaryHealth(state: {
  readonly isJoined: boolean;
  readonly owns: boolean;
  readonly waitsFor: WeirError | undefined;
}): Health {
  if (state.waitsFor !== undefined)
    return [{ part: partOf(state.waitsFor), reason: reasonOf(state.waitsFor) }];
  if (!state.isJoined) return [{ part: 'kafka', reason: 'not_joined' }];
  return state.owns ? [] : [{ part: 'trail', reason: 'not_taken_over' }];
}

function partOf({ code }: WeirError): string {
  if (code === 'audit_unavailable') return 'checkpoints';
  return code.startsWith('kms_') ? 'kms' : 'kafka';
}

/** By what the operating system said, where it was the disk: a full one is mended otherwise than one that is gone. */
function reasonOf({ code, cause }: WeirError): string {
  if (code !== 'audit_unavailable') return code;
  const said = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (said === 'ENOSPC' || said === 'EDQUOT') return 'disk_full';
  return said === 'ENOENT' ? 'folder_missing' : 'not_writable';
}
