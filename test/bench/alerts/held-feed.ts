import { setTimeout as sleep } from 'node:timers/promises';
import { unusualAlertId } from '@weir/alerts';
import { encodePayload, events, formatInstant, streams } from '@weir/contracts';
import type { HeldTransaction } from '@weir/contracts';
import { sealEvents } from '@weir/envelope';
import type { Sealer, UnsealedEvent } from '@weir/envelope';
import type { KafkaClient } from '@weir/kafka';
import { heldTransaction } from '../../../services/alerting/src/fixtures/sample-transactions.ts';
import { accountIban, pseudonymFor } from '../population.ts';

const tenant = 'bench';
const environment = 'local';
/** What an append of detection holds, more or less. */
const mostAtOnce = 500;
/** So many different payees there are, and rules that hold: alerts have to do with each other by both. */
const payees = 500;

/** Held transactions of made-up accounts, in turns over the accounts. */
export type HeldSource = {
  /** Tells accounts of one source from those of every other. */
  readonly name: string;
  readonly id: number;
  readonly accounts: number;
  readonly partitions: number;
};

const accountOf = ({ name, accounts }: HeldSource, number: number): string =>
  pseudonymFor('a', `${name} ${number % accounts}`);
const identityOf = ({ name }: HeldSource, number: number): string => pseudonymFor('t', `${name} ${number}`);

/** The alert that begins with the transaction of this number. */
export const alertIdOf = (source: HeldSource, number: number): string =>
  unusualAlertId({ tenant, account: accountOf(source, number), identity: identityOf(source, number) });

function heldOf(source: HeldSource, number: number, nowMs: number): HeldTransaction {
  const { accounts, partitions, id } = source;
  const sourcePartition = (number % accounts) % partitions;
  const payee = number % payees;
  const held = heldTransaction({
    sourcePartition,
    transaction: {
      ...{ tenant, source: 'bench', partition: sourcePartition, transactionId: `${source.name}-${number}` },
      account: { iban: accountIban({ id }, number % accounts) },
      amountMinor: 100_000 + ((number * 7_919) % 900_000),
      eventTime: formatInstant(nowMs),
      observedAt: formatInstant(nowMs),
      counterparty: { name: `Payee ${payee}`, pseudonym: pseudonymFor('c', `payee ${payee}`) },
    },
  });
  return { ...held, sourceOffset: number };
}

function eventOf(source: HeldSource, number: number, nowMs: number): UnsealedEvent {
  const held = heldOf(source, number, nowMs);
  const { type, dataSchema } = events.transactionHeld;
  return {
    ...{ id: identityOf(source, number), key: accountOf(source, number), tenant, type, dataSchema },
    time: held.transaction.eventTime,
    plaintext: encodePayload(events.transactionHeld, held),
  };
}

/**
 * Writes held transactions as detection would, at a fixed pace whatever becomes of them. Answers when each
 * was written, in ms since the epoch.
 */
export async function writeHeld(options: {
  readonly source: HeldSource;
  readonly count: number;
  readonly perSecond: number;
  readonly kafka: KafkaClient;
  readonly sealer: Sealer;
}): Promise<Float64Array> {
  const { source, count, perSecond, kafka, sealer } = options;
  const producer = await kafka.createProducer();
  const writtenAtMs = new Float64Array(count);
  const beginMs = performance.now();
  try {
    for (let next = 0; next < count;) {
      const due = Math.min(count, Math.floor(((performance.now() - beginMs) * perSecond) / 1_000) + 1);
      const numbers = Array.from({ length: Math.min(due - next, mostAtOnce) }, (_, index) => next + index);
      next += numbers.length;
      const nowMs = Date.now();
      for (const number of numbers) writtenAtMs[number] = nowMs;
      const byPartition = Map.groupBy(numbers, (number) => (number % source.accounts) % source.partitions);
      await Promise.all(
        [...byPartition].map(async ([partition, ofPartition]) => {
          const records = await sealEvents(
            { sealer, stream: 'held', environment, source: '/bench' },
            ofPartition.map((number) => eventOf(source, number, nowMs)),
          );
          await producer.append(streams.held.topic, partition, records);
        }),
      );
      const nextAtMs = beginMs + (next * 1_000) / perSecond;
      if (next < count) await sleep(Math.max(1, nextAtMs - performance.now()));
    }
    return writtenAtMs;
  } finally {
    await producer.close();
  }
}
