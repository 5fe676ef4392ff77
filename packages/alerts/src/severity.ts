import type { Severity } from '@weir/contracts';

const order: readonly Severity[] = ['low', 'medium', 'high', 'critical'];

export const isAtLeast = (severity: Severity, least: Severity): boolean =>
  order.indexOf(severity) >= order.indexOf(least);

export const isGraver = (one: Severity, other: Severity): boolean =>
  order.indexOf(one) > order.indexOf(other);

export const graverOf = (one: Severity, other: Severity): Severity => (isGraver(other, one) ? other : one);

/** For sorting: the gravest first; of one severity what scored highest, then the id. */
export const byGravity = (
  one: { readonly severity: Severity; readonly score: number; readonly alertId: string },
  other: { readonly severity: Severity; readonly score: number; readonly alertId: string },
): number =>
  order.indexOf(other.severity) - order.indexOf(one.severity) ||
  other.score - one.score ||
  (one.alertId < other.alertId ? -1 : one.alertId > other.alertId ? 1 : 0);
