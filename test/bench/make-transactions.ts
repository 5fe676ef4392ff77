import { events, formatInstant } from '@weir/contracts';
import type { Transaction } from '@weir/contracts';
import type { UnsealedEvent } from '@weir/envelope';
import {
  accountIban,
  accountPseudonym,
  partitionOf,
  partyOf,
  pseudonymFor,
  usualAmountMinor,
} from './population.ts';
import type { Population } from './population.ts';
import { createRandom } from './random.ts';

/** When the measured transactions of every population begin; their history lies before. */
export const beginMs = Date.UTC(2024, 0, 1);
/** The longest span of the window plan every log is opened with. */
export const longestSpanMs = 30 * 86_400_000;
/** One transaction in so many is far above what its account usually moves, and is held. */
const heldEvery = 100;
const heldFactor = 12;

export type MadeTransaction = { readonly partition: number; readonly event: UnsealedEvent };

/**
 * The transactions of a population, one after the other. Accounts take their
 * first turn in order; then each partition in turn gets one of an account that
 * is drawn at random. Event time goes on so that each active account keeps the
 * pace it has in its history.
 */
export type TransactionMaker = {
  next(): MadeTransaction;
  /** Lets the next accounts of a population that has more than are active take their first turn. */
  moveOn(): void;
};

export function createTransactionMaker(population: Population): TransactionMaker {
  const { active, accounts, partitions, history } = population;
  const stepMs = longestSpanMs / Math.max(1, history) / active;
  const random = createRandom(population.id);
  let count = 0;
  let firstAccount = 0;
  let turns = 0;

  /** Relative to the first of the active ones. */
  const draw = (): number => {
    if (turns < active) return turns;
    const partition = turns % partitions;
    const inPartition = Math.ceil((active - partition) / partitions);
    return inPartition < 1 ? turns % active : partition + partitions * Math.floor(random() * inPartition);
  };

  return {
    next: () => {
      const index = (firstAccount + draw()) % accounts;
      turns += 1;
      count += 1;
      const eventTimeMs = Math.floor(beginMs + count * stepMs);
      return makeTransaction(population, index, count, eventTimeMs);
    },
    moveOn: () => {
      // A multiple of the partitions, so that the accounts in turn still go round them.
      firstAccount = (firstAccount + active) % accounts;
      turns = 0;
    },
  };
}

/** The event that ingest would seal for it. */
function makeTransaction(
  population: Population,
  index: number,
  count: number,
  eventTimeMs: number,
): MadeTransaction {
  const party = partyOf(index, count);
  const amountMinor = usualAmountMinor(index, count) * (count % heldEvery === 0 ? heldFactor : 1);
  const content: Transaction = {
    tenant: 'demo',
    source: 'bench',
    partition: partitionOf(population, index),
    transactionId: `${population.name}-${count}`,
    account: { iban: accountIban(population, index) },
    creditDebitIndicator: 'DBIT',
    currency: 'EUR',
    channel: 'online_banking',
    country: 'NL',
    endToEndId: `E2E-${population.name}-${count}`,
    remittanceInformation: `Invoice ${count}, thank you for your order`,
    amountMinor,
    eventTime: formatInstant(eventTimeMs),
    observedAt: formatInstant(eventTimeMs + 1_000),
    counterparty: {
      name: party.name,
      account: { iban: party.iban },
      pseudonym: party.pseudonym,
    },
  };
  const { type, dataSchema } = events.transactionReceived;
  return {
    partition: content.partition,
    event: {
      id: pseudonymFor('t', `${population.id} ${count}`),
      key: accountPseudonym(population, index),
      tenant: content.tenant,
      time: content.eventTime,
      type,
      dataSchema,
      // The fields stand in the contract's order already; a test holds this against what ingest would write.
      plaintext: Buffer.from(JSON.stringify(content)),
    },
  };
}
