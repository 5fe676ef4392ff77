import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTurns } from './create-turns.ts';

/** Work that ends when it is told to, and what has begun so far. */
function scripted(atOnce: number) {
  const takeTurn = createTurns(atOnce);
  const begun: string[] = [];
  const ask = (name: string) => {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const done = takeTurn(() => {
      begun.push(name);
      return promise;
    });
    return { done, end: () => resolve(name), fail: () => reject(new Error(name)) };
  };
  return { takeTurn, begun, ask };
}

test('No more than so many run at once, and the others in the order they came', async () => {
  const { begun, ask } = scripted(2);
  const [a, b, c, d] = [ask('a'), ask('b'), ask('c'), ask('d')] as const;
  assert.deepEqual(begun, ['a', 'b']);
  b.end();
  assert.equal(await b.done, 'b');
  assert.deepEqual(begun, ['a', 'b', 'c']);
  for (const one of [a, c, d]) one.end();
  assert.deepEqual(await Promise.all([a.done, c.done, d.done]), ['a', 'c', 'd']);
  assert.deepEqual(begun, ['a', 'b', 'c', 'd']);
});

test("What one throws is its asker's alone, and nobody waits for ever behind it", async () => {
  const { takeTurn, begun, ask } = scripted(1);
  const failing = ask('failing');
  const throwing = takeTurn((): Promise<void> => {
    throw new Error('before it waits');
  });
  const next = ask('next');
  failing.fail();
  next.end();
  await assert.rejects(failing.done, /failing/);
  await assert.rejects(throwing, /before it waits/);
  assert.equal(await next.done, 'next');
  const later = ask('later');
  later.end();
  assert.equal(await later.done, 'later');
  assert.deepEqual(begun, ['failing', 'next', 'later']);
});
