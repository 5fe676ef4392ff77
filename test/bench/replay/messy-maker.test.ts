import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTransactionMaker } from '../make-transactions.ts';
import { madePlaces } from '../population.ts';
import { createMessyMaker } from './messy-maker.ts';

const population = {
  ...{ name: 'messy', id: 7, accounts: 50, active: 50, history: 50, partitions: 2 },
  places: madePlaces(7, 2),
};
const delay = 300;
const handedOver = (count: number) => {
  const maker = createMessyMaker(createTransactionMaker(population), { seed: 1, delay });
  return { made: Array.from({ length: count }, () => maker.next()), counts: maker.counts() };
};

test('what is handed over is what it is counted as: once, late, a second time, or with another amount', () => {
  const { made, counts } = handedOver(5_000);
  const texts = new Map<string, Set<string>>();
  let latest = new Map<string, string>();
  let [repeated, altered, late] = [0, 0, 0];
  for (const { event } of made) {
    const text = Buffer.from(event.plaintext).toString('utf8');
    const known = texts.get(event.id);
    if (known?.has(text) === true) repeated += 1;
    else if (known !== undefined) altered += 1;
    else if ((latest.get(event.key) ?? '') > event.time) late += 1;
    texts.set(event.id, (known ?? new Set()).add(text));
    if ((latest.get(event.key) ?? '') < event.time) latest = latest.set(event.key, event.time);
  }
  assert.deepEqual([texts.size, repeated, altered], [counts.transactions, counts.repeated, counts.altered]);
  assert.equal(counts.transactions + counts.repeated + counts.altered, made.length);
  assert.ok(repeated > 10 && altered > 0, `${repeated} repeated, ${altered} altered`);
  // Who is overtaken by nobody of its own account is late for nobody.
  assert.ok(late > 10 && late <= counts.late, `${late} of ${counts.late}`);
});

test('the same seed hands over the same, in the same order', () => {
  assert.deepEqual(handedOver(2_000), handedOver(2_000));
});
