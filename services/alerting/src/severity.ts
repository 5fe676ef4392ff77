import type { Reason, Severity } from '@weir/contracts';

const order: readonly Severity[] = ['critical', 'high', 'medium', 'low'];

/** The reasons from the gravest to the slightest; of one severity in the order they came in. */
export const gravestFirst = (reasons: readonly Reason[]): readonly Reason[] =>
  reasons.toSorted((one, other) => order.indexOf(one.severity) - order.indexOf(other.severity));
