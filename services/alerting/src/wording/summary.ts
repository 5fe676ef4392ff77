import type { Reason } from '@weir/contracts';
import type { JudgedTransaction } from '../judged-transaction.ts';
import { gravestFirst } from '../severity.ts';
import { explainGroup } from './explain-group.ts';
import { counted } from './format.ts';
import { historySpan, kindOf } from './history-words.ts';

/** More than this a person doesn't read in one line. */
const mostPhrases = 3;

/** Whether the score is made of contributions, in which case the reasons come in their order: the most important first. */
const isScored = ({ evidence }: JudgedTransaction): boolean => evidence.contributions !== undefined;

/** The reasons, the most important first. */
export const reasonsInOrder = (judged: JudgedTransaction): readonly Reason[] =>
  isScored(judged) ? judged.verdict.reasons : gravestFirst(judged.verdict.reasons);

/**
 * What the score rests on in one line: "42 × the usual amount (usual 12.00–80.00
 * EUR over 30 days), first payment to this creditor in 30 days, third outgoing
 * EUR transaction within 1 hour".
 * Undefined where it rests on nothing that this release has words for.
 */
export function summaryOf(judged: JudgedTransaction): string | undefined {
  if (!isScored(judged)) return undefined;
  const phrases = judged.verdict.reasons.flatMap((reason) => explainGroup(reason, judged)?.phrase ?? []);
  return phrases.length === 0 ? undefined : phrases.slice(0, mostPhrases).join(', ');
}

/**
 * How much of a past of the same kind there was to compare with, where that was little.
 * Peers helped where their amounts were known: of some currencies nobody knows any.
 */
export function historyRemark(judged: JudgedTransaction): string | undefined {
  const { evidence } = judged;
  const hasPeers = (evidence.features['amountPeerZ'] ?? undefined) !== undefined;
  const kind = `${kindOf(judged)} transaction`;
  switch (evidence.state) {
    case 'cold':
      return `This account had no ${kind} in ${historySpan(judged)} before this one; ${
        hasPeers ? 'it was compared with those of other accounts' : 'there was no amount to compare it with'
      }.`;
    case 'short': {
      const count = counted(evidence.features['historyCount'] ?? 0, kind);
      return `This account had only ${count} in ${historySpan(judged)} before this one; it was compared with ${
        hasPeers ? 'that and with those of other accounts' : 'that little'
      }.`;
    }
    case 'settled':
    case undefined:
      return undefined;
  }
}
