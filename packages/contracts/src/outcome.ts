import { z } from 'zod';
import { instant, pseudonym } from './fields.ts';

/** What a transaction turned out to be, as somebody reported it. Who was paid, and by whom, it doesn't say. */
export const outcomeReport = z
  .strictObject({
    transaction: pseudonym.describe('Of the transaction, as its verdict carries it'),
    outcome: z.enum(['fraud', 'genuine']),
    reportedAt: instant,
    reportedBy: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9 ._@-]{0,63}$/),
    source: z.enum(['import', 'analyst']),
  })
  .describe('What a transaction turned out to be');
export type OutcomeReport = z.infer<typeof outcomeReport>;
