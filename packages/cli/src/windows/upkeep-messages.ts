import { z } from 'zod';

const count = z.int().min(0);

/** What a process that looks after windows tells the command that started it. */
export const upkeepMessage = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('progress'), done: count, total: count }),
  z.object({
    kind: z.literal('difference'),
    partition: count,
    account: z.string(),
    difference: z.enum(['missing', 'extra', 'other']),
  }),
  z.object({
    kind: z.literal('verified'),
    partitions: count,
    accounts: count,
    differing: count,
    withoutWindows: z.array(count),
    notVerified: z.array(count),
  }),
  z.object({
    kind: z.literal('caughtUp'),
    plan: z.string(),
    logId: z.string(),
    partitions: count,
    inForce: count,
  }),
  z.object({ kind: z.literal('switching'), done: count, total: count }),
  z.object({ kind: z.literal('rebuilt'), plan: z.string(), partitions: count, inForce: count }),
]);

export type UpkeepMessage = z.infer<typeof upkeepMessage>;
export type UpkeepProgress = Extract<UpkeepMessage, { kind: 'progress' }>;
export type WindowDifference = Extract<UpkeepMessage, { kind: 'difference' }>;
export type VerifiedWindows = Extract<UpkeepMessage, { kind: 'verified' }>;
export type CaughtUp = Extract<UpkeepMessage, { kind: 'caughtUp' }>;
export type RebuiltWindows = Extract<UpkeepMessage, { kind: 'rebuilt' }>;

/** What the process is told once the log has been told to bring the plan into force. */
export type UpkeepAnswer = {
  readonly kind: 'activated';
  readonly positions: Readonly<Record<string, number>>;
};
