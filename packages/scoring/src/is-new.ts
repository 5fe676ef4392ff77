import type { AccountHistory, Trait } from '@weir/windows';

/** 1 if no record within the plan's longest span has the trait, in any currency and direction, else 0. */
export const isNew = (history: AccountHistory, trait: Trait, atMs: number): 0 | 1 =>
  history.hasSeen(trait, atMs) ? 0 : 1;
