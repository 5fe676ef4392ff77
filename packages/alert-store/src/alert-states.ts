import type { AlertState } from '@weir/alerts';

/** Every state an alert can be in. */
export const alertStates = [
  'new',
  'acknowledged',
  'investigating',
  'snoozed',
  'closed',
] as const satisfies readonly AlertState[];
