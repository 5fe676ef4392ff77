import { createHash } from 'node:crypto';
import { z } from 'zod';
import { account } from './account.ts';
import { identifier, instant, isPseudonymOf, pseudonym, refusedAs, slug } from './fields.ts';
import { holdsCardNumber } from './text.ts';

/** What a transaction can turn out to be. */
export const reportedOutcome = z.enum(['fraud', 'genuine']);
export type ReportedOutcome = z.infer<typeof reportedOutcome>;

/** Who said so: a person, a team, a case tool. Never the number of a card, never a line break. */
export const reporter = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9 ._@-]{0,63}$/)
  .refine((text) => !holdsCardNumber(text), refusedAs('card_number'));

const transactionPseudonym = pseudonym.refine((text) => isPseudonymOf('transaction', text));

/** What a transaction turned out to be, as somebody reported it. Who was paid, and by whom, it doesn't say. */
export const outcomeReport = z
  .strictObject({
    transaction: transactionPseudonym.describe('Of the transaction, as its verdict carries it'),
    outcome: reportedOutcome,
    reportedAt: instant,
    reportedBy: reporter,
    source: z.enum(['import', 'analyst']),
  })
  .describe('What a transaction turned out to be');
export type OutcomeReport = z.infer<typeof outcomeReport>;

/**
 * The same report, said twice, has one id: what it is about, what it says and when it was
 * made. Who learns drops repeats by it.
 */
export const outcomeId = ({
  transaction,
  outcome,
  reportedAt,
}: Pick<OutcomeReport, 'transaction' | 'outcome' | 'reportedAt'>): string =>
  `outcome-${sha256Of(`${transaction} ${outcome} ${reportedAt}`).toString('hex', 0, 16)}`;

/** Where the reports about a transaction stand: all of them in one partition of the stream, in their order. */
export const outcomePartition = (transaction: string, partitions: number): number =>
  sha256Of(transaction).readUInt32BE(0) % partitions;

const sha256Of = (text: string): Buffer => createHash('sha256').update(text).digest();

/** The words of case tools for the same two: an alert that was right, and one that wasn't. */
const outcomeSynonyms = { true_positive: 'fraud', false_positive: 'genuine' } as const;

/**
 * An outcome as a bank or a case tool offers it. The transaction is named by its pseudonym,
 * or in clear by what ingest made the pseudonym from; then nothing of it is kept.
 */
export const offeredOutcome = z
  .strictObject({
    transaction: transactionPseudonym
      .optional()
      .describe('The pseudonym of the transaction, as its verdict and its alert carry it'),
    tenant: slug.optional().describe('Whose transaction it is; else as the import says'),
    account: account.optional().describe('With transactionId: the account it was offered with'),
    transactionId: identifier(64).optional().describe('With account: the id it was offered with'),
    outcome: z
      .enum([...reportedOutcome.options, ...(Object.keys(outcomeSynonyms) as OutcomeSynonym[])])
      .transform((word): ReportedOutcome => (isSynonym(word) ? outcomeSynonyms[word] : word))
      .describe('true_positive is fraud, false_positive is genuine'),
    reportedAt: z.string().max(40).optional().describe('RFC 3339 with an offset; else when it is imported'),
    reportedBy: reporter.optional(),
  })
  .superRefine((offered, context) => {
    const inClear = offered.account !== undefined || offered.transactionId !== undefined;
    const missing =
      offered.transaction !== undefined
        ? []
        : inClear
          ? (['account', 'transactionId'] as const).filter((name) => offered[name] === undefined)
          : (['transaction'] as const);
    for (const name of missing)
      context.addIssue({ code: 'custom', path: [name], ...refusedAs('field_missing') });
    // Two names may be of two transactions, and nobody could say which is meant.
    if (offered.transaction !== undefined && inClear)
      context.addIssue({ code: 'custom', path: ['transaction'], ...refusedAs('field_format') });
  })
  .describe('An outcome as it is offered to ingest');
export type OfferedOutcome = z.infer<typeof offeredOutcome>;

type OutcomeSynonym = keyof typeof outcomeSynonyms;

const isSynonym = (word: string): word is OutcomeSynonym => Object.hasOwn(outcomeSynonyms, word);
