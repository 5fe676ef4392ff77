import { maskAccount } from '@weir/contracts';
import type { CreditDebitIndicator, Transaction } from '@weir/contracts';
import type { JudgedTransaction } from '../judged-transaction.ts';
import type { RefusedFinding } from '../read-record.ts';
import { money } from './format.ts';
import { plainName } from './masking.ts';
import { refusalText } from './refusal-texts.ts';

const way: Readonly<Record<CreditDebitIndicator, string>> = { DBIT: 'out of', CRDT: 'into' };

/** "9,500.00 EUR out of NL•• •••• 4300", and of one that went through that it did. */
export const transactionHeadline = ({ transaction, verdict }: JudgedTransaction): string =>
  `${moved(transaction)}${verdict.outcome === 'cleared' ? ', cleared' : ''}`;

const moved = (transaction: Transaction): string =>
  `${money(transaction.amountMinor, transaction.currency)} ${way[transaction.creditDebitIndicator]} ${maskAccount(transaction.account)}`;

/** "A record on transactions.held.v1 was refused: it is not sealed". */
export const refusedHeadline = ({ origin, rejection }: RefusedFinding): string =>
  `A record on ${topicName(origin)} was refused: ${refusalText(rejection.code).title}`;

/** A topic is named by whoever wrote the dead letter. */
export const topicName = ({ topic }: { readonly topic: string }): string =>
  plainName(topic) ?? 'an unknown topic';
