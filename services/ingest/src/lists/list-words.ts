import type { ListOf } from '@weir/contracts';

/** What lists hold, in words. */
export const listWords = {
  account: 'accounts',
  counterparty: 'counterparties',
} as const satisfies Record<ListOf, string>;
