import { createSecretKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { canonicalAccount, formatInstant } from '@weir/contracts';
import type { OfferedTransaction } from '@weir/contracts';
import { createPartitioner, createPseudonymizer } from '@weir/envelope';
import { createTurns } from './account-turns.ts';
import { amountMinorOf } from './make-transactions.ts';
import { accountIban, beginMs, partyOf, spacingMs } from './population.ts';
import type { AccountPlaces, Population } from './population.ts';

const tenant = 'demo';

/** Where ingest puts the accounts of a population, by the keys of the stack it runs in. */
export function ingestPlaces(
  id: number,
  partitions: number,
  env: Readonly<Record<string, string>>,
): AccountPlaces {
  const keyOf = (variable: 'INDEX_KEY_FILE' | 'ROUTING_KEY_FILE') =>
    createSecretKey(Buffer.from(readFileSync(env[variable] ?? '', 'utf8').trim(), 'base64'));
  const pseudonymize = createPseudonymizer({ indexKey: keyOf('INDEX_KEY_FILE'), version: 1 });
  const route = createPartitioner({ routingKey: keyOf('ROUTING_KEY_FILE'), partitionCount: partitions });
  const accountOf = (index: number): string => canonicalAccount({ iban: accountIban({ id }, index) });
  return {
    partitionOf: (index) => route(tenant, accountOf(index)),
    pseudonymOf: (index) => pseudonymize('account', tenant, accountOf(index)),
  };
}

/** The transactions of a population as lines of text for ingest, numbered from 0 by their event time. */
export type OfferedLines = {
  next(): string;
  /** How many have been given. */
  given(): number;
  /** The number of the transaction that happened at this instant. */
  numberAt(eventTimeMs: number): number;
};

export function createOfferedLines(population: Population): OfferedLines {
  const { active, name } = population;
  // Whole milliseconds, so that an event time names its transaction.
  const stepMs = Math.max(1, Math.floor(spacingMs(population) / active));
  const turns = createTurns([Array.from({ length: active }, (_, index) => index)], population.id);
  let count = 0;
  return {
    next: () => {
      const index = turns.next();
      const party = partyOf(index, count);
      const minor = amountMinorOf(index, count);
      const offered: OfferedTransaction = {
        transactionId: `${name}-${count}`,
        account: { iban: accountIban(population, index) },
        creditDebitIndicator: 'DBIT',
        currency: 'EUR',
        channel: 'online_banking',
        country: 'NL',
        endToEndId: `E2E-${name}-${count}`,
        remittanceInformation: `Invoice ${count}, thank you for your order`,
        amount: `${Math.floor(minor / 100)}.${String(minor % 100).padStart(2, '0')}`,
        eventTime: formatInstant(beginMs + count * stepMs),
        counterparty: { name: party.name, account: { iban: party.iban } },
      };
      count += 1;
      return `${JSON.stringify(offered)}\n`;
    },
    given: () => count,
    numberAt: (eventTimeMs) => (eventTimeMs - beginMs) / stepMs,
  };
}
