import { events, formatInstant } from '@weir/contracts';
import type { Transaction } from '@weir/contracts';
import type { UnsealedEvent } from '@weir/envelope';
import { createTurns } from './account-turns.ts';
import { accountIban, beginMs, partyOf, pseudonymFor, spacingMs, usualAmountMinor } from './population.ts';
import type { Population } from './population.ts';

/**
 * One transaction in so many is far above what its account usually moves, and is
 * held. A prime, since partitions take turns: 100 would put all of them into one.
 */
const heldEvery = 101;
const heldFactor = 12;

/** The amount of the n-th transaction of a population: mostly everyday, now and then one to be held. */
export const amountMinorOf = (index: number, count: number): number =>
  usualAmountMinor(index, count) * (count % heldEvery === 0 ? heldFactor : 1);

export type MadeTransaction = { readonly partition: number; readonly event: UnsealedEvent };

/**
 * The transactions of a population, one after the other, its partitions in
 * turn. Event time goes on so that each active account keeps the pace it has in
 * its history.
 */
export type TransactionMaker = {
  next(): MadeTransaction;
  /** Has the next accounts of the population, where it has more than are active, take their first turn. */
  moveOn(): void;
};

/** `begin`: where another maker of the same population has not been: its accounts and transactions are different ones. */
export function createTransactionMaker(
  population: Population,
  begin: { readonly account: number; readonly transaction: number } = { account: 0, transaction: 0 },
): TransactionMaker {
  const { active, accounts, places, partitions, id } = population;
  const stepMs = spacingMs(population) / active;
  let first = begin.account;
  let count = begin.transaction;

  const turnsFrom = (from: number) => {
    const lanes = Array.from({ length: partitions }, (): number[] => []);
    for (let offset = 0; offset < active; offset += 1) {
      const index = (from + offset) % accounts;
      lanes[places.partitionOf(index)]?.push(index);
    }
    return createTurns(lanes, id);
  };
  let turns = turnsFrom(first);

  return {
    next: () => {
      count += 1;
      return makeTransaction(population, turns.next(), count, Math.floor(beginMs + count * stepMs));
    },
    moveOn: () => {
      first = (first + active) % accounts;
      turns = turnsFrom(first);
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
  const content: Transaction = {
    tenant: 'demo',
    source: 'bench',
    partition: population.places.partitionOf(index),
    transactionId: `${population.name}-${count}`,
    account: { iban: accountIban(population, index) },
    creditDebitIndicator: 'DBIT',
    currency: 'EUR',
    channel: 'online_banking',
    country: 'NL',
    endToEndId: `E2E-${population.name}-${count}`,
    remittanceInformation: `Invoice ${count}, thank you for your order`,
    amountMinor: amountMinorOf(index, count),
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
      key: population.places.pseudonymOf(index),
      tenant: content.tenant,
      time: content.eventTime,
      type,
      dataSchema,
      // The fields stand in the contract's order already; a test holds this against what ingest would write.
      plaintext: Buffer.from(JSON.stringify(content)),
    },
  };
}
