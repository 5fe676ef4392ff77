import { createRandom } from '@weir/simulator';
import type { MadeTransaction, TransactionMaker } from '../make-transactions.ts';

/** One in so many; primes, so that no partition and no account has them all. */
const lateEvery = 97;
const repeatedEvery = 103;
const alteredEvery = 1_009;

/** What was handed over, by what it is. */
export type MessyCounts = {
  /** Of these `late` ones came behind later ones of their account. */
  readonly transactions: number;
  readonly late: number;
  /** Handed over a second time, as they were, and with another amount. */
  readonly repeated: number;
  readonly altered: number;
};

export type MessyMaker = TransactionMaker & { readonly counts: () => MessyCounts };

type Waiting = {
  readonly due: number;
  readonly made: MadeTransaction;
  readonly as: 'late' | 'repeated' | 'altered';
};

/**
 * Hands over what another maker makes as senders do on bad days: some come late, some twice, and some a second time
 * with another amount, all of them up to `delay` transactions behind their turn. The same maker and seed give the same.
 */
export function createMessyMaker(
  maker: TransactionMaker,
  { seed, delay }: { readonly seed: number; readonly delay: number },
): MessyMaker {
  const random = createRandom('messy', seed);
  const counts = { transactions: 0, late: 0, repeated: 0, altered: 0 };
  /** By when it is due. */
  const waiting = new Map<number, Waiting[]>();
  let made = 0;
  let ready: Waiting[] = [];

  const keep = (one: MadeTransaction, as: Waiting['as']): void => {
    const due = made + 1 + random.below(delay);
    waiting.set(due, [...(waiting.get(due) ?? []), { due, made: one, as }]);
  };
  return {
    next() {
      for (;;) {
        const due = ready.shift();
        if (due !== undefined) {
          counts[due.as] += 1;
          if (due.as === 'late') counts.transactions += 1;
          return due.made;
        }
        const one = maker.next();
        made += 1;
        ready = waiting.get(made) ?? [];
        waiting.delete(made);
        if (made % lateEvery === 0) {
          keep(one, 'late');
          continue;
        }
        if (made % repeatedEvery === 0) keep(one, 'repeated');
        else if (made % alteredEvery === 0) keep(altered(one), 'altered');
        counts.transactions += 1;
        return one;
      }
    },
    moveOn: maker.moveOn,
    counts: () => ({ ...counts }),
  };
}

/** The same transaction with another amount, whose identity is that of the first. */
function altered({ partition, event }: MadeTransaction): MadeTransaction {
  const content = JSON.parse(Buffer.from(event.plaintext).toString('utf8')) as { amountMinor: number };
  // Put where it was: the fields stay in the contract's order.
  content.amountMinor += 1;
  return { partition, event: { ...event, plaintext: Buffer.from(JSON.stringify(content)) } };
}
