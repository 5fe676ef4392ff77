import type { HeldTransaction, Reason } from '@weir/contracts';
import { gravestFirst } from '../severity.ts';
import { explainGroup } from './explain-group.ts';
import { counted } from './format.ts';

/** More than this a person doesn't read in one line. */
const mostPhrases = 3;

/** Whether the score is made of contributions, in which case the reasons come in their order: the most important first. */
const isScored = ({ evidence }: HeldTransaction): boolean => evidence.contributions !== undefined;

/** The reasons, the most important first. */
export const reasonsInOrder = (held: HeldTransaction): readonly Reason[] =>
  isScored(held) ? held.verdict.reasons : gravestFirst(held.verdict.reasons);

/**
 * What the score rests on in one line: "42 × the usual amount (usual 12.00–80.00
 * EUR over 30 days), first payment to this creditor, third within 1 hour".
 * Undefined where it rests on nothing that this release has words for.
 */
export function summaryOf(held: HeldTransaction): string | undefined {
  if (!isScored(held)) return undefined;
  const phrases = held.verdict.reasons.flatMap((reason) => explainGroup(reason, held)?.phrase ?? []);
  return phrases.length === 0 ? undefined : phrases.slice(0, mostPhrases).join(', ');
}

/** How much of a past there was to compare with, where that was little. */
export function historyRemark({ verdict, evidence }: HeldTransaction): string | undefined {
  const peers = verdict.versions.model === undefined ? undefined : 'its peers';
  switch (evidence.state) {
    case 'cold':
      return peers === undefined
        ? 'This account has no history yet; there was nothing to compare it with.'
        : `This account has no history yet; it was compared with ${peers}.`;
    case 'short': {
      const past = `This account has little history yet (${counted(evidence.features['historyCount'] ?? 0, 'transaction')})`;
      return peers === undefined
        ? `${past}; it was compared with that little.`
        : `${past}; it was compared with that and with ${peers}.`;
    }
    case 'settled':
    case undefined:
      return undefined;
  }
}
