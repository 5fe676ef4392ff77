import type { Difference } from './compare-account.ts';
import type { VerifySummary } from './verify-windows.ts';

/** What a process that looks after windows tells the one that started it. Accounts are pseudonyms. */
export type UpkeepMessage =
  | { readonly kind: 'progress'; readonly done: number; readonly total: number }
  | {
      readonly kind: 'difference';
      readonly partition: number;
      readonly account: string;
      readonly difference: Difference;
    }
  | ({ readonly kind: 'verified' } & VerifySummary);
