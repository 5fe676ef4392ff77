import type { WeirError } from '@weir/contracts';
import type { Health } from '@weir/runtime';

/** What /readyz says: whether this learner learns, and what keeps it from it. */
export function learnerHealth(state: {
  readonly owns: boolean;
  readonly waitsFor: WeirError | undefined;
}): Health {
  const { owns, waitsFor } = state;
  if (waitsFor !== undefined) {
    return [{ part: waitsFor.code.startsWith('kms_') ? 'kms' : 'kafka', reason: waitsFor.code }];
  }
  return owns ? [] : [{ part: 'models', reason: 'not_taken_over' }];
}
