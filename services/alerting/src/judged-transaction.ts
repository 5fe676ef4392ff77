import type { FlaggedTransaction, HeldTransaction } from '@weir/contracts';

/** A transaction that people are told of: one that was held, or one that went through and is worth a look. */
export type JudgedTransaction = HeldTransaction | FlaggedTransaction;
