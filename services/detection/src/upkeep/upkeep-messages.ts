import { z } from 'zod';
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
  | ({ readonly kind: 'verified' } & VerifySummary)
  /** The windows are as good as filled: the log may bring their plan into force. */
  | {
      readonly kind: 'caughtUp';
      readonly plan: string;
      readonly logId: string;
      readonly partitions: number;
      readonly inForce: number;
    }
  | { readonly kind: 'switching'; readonly done: number; readonly total: number }
  | {
      readonly kind: 'rebuilt';
      readonly plan: string;
      readonly partitions: number;
      /** In how many of them the plan is in force. */
      readonly inForce: number;
    };

/** What it is told in answer to `caughtUp`: where the control records end that bring the plan into force. */
export const upkeepAnswer = z.object({
  kind: z.literal('activated'),
  positions: z.record(z.string().regex(/^\d{1,9}$/), z.int().min(0)),
});
