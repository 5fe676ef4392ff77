import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodePayload, encodePayload, events } from '@weir/contracts';
import { createTransactionMaker } from './make-transactions.ts';
import { madePlaces } from './population.ts';

const population = {
  name: 'some',
  id: 1,
  accounts: 40,
  active: 8,
  history: 10,
  partitions: 4,
  places: madePlaces(1, 4),
};

test('a made transaction is what ingest would seal, byte for byte', () => {
  const { event } = createTransactionMaker(population).next();
  const read = decodePayload(events.transactionReceived, event.plaintext);
  assert.ok(read.ok);
  assert.deepEqual(Buffer.from(event.plaintext), encodePayload(events.transactionReceived, read.value));
});

test('the first turn takes every active account once, and later ones stay among them', () => {
  const maker = createTransactionMaker(population);
  const first = Array.from({ length: 8 }, () => maker.next());
  const keys = new Set(first.map(({ event }) => event.key));
  assert.equal(keys.size, 8);
  assert.ok(Array.from({ length: 100 }, () => maker.next()).every(({ event }) => keys.has(event.key)));
  maker.moveOn();
  assert.ok(Array.from({ length: 8 }, () => maker.next()).every(({ event }) => !keys.has(event.key)));
});

test('every partition gets the same share, each transaction a name of its own, and times go on', () => {
  const maker = createTransactionMaker(population);
  const made = Array.from({ length: 400 }, () => maker.next());
  for (let partition = 0; partition < 4; partition += 1)
    assert.equal(made.filter((one) => one.partition === partition).length, 100);
  assert.equal(new Set(made.map(({ event }) => event.id)).size, 400);
  const times = made.map(({ event }) => event.time);
  assert.deepEqual(times, times.toSorted());
});

test('what is to be held falls to every partition alike', () => {
  const maker = createTransactionMaker(population);
  const large = Array.from({ length: 808 }, () => maker.next()).filter(({ event }) => {
    const read = decodePayload(events.transactionReceived, event.plaintext);
    assert.ok(read.ok);
    return read.value.amountMinor >= 24_000;
  });
  assert.deepEqual(large.map(({ partition }) => partition).toSorted(), [0, 0, 1, 1, 2, 2, 3, 3]);
});
