import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMemoryAlertStore } from '@weir/alert-store/memory';
import { changeStore } from './change-store.ts';

/** Adds 1 to the position of partition 0; `meanwhile` happens after each time the sum was prepared. */
function scripted(meanwhile: (move: (partition: number, next: number) => Promise<void>) => Promise<void>) {
  const store = createMemoryAlertStore();
  const seen = { reads: 0, prepared: 0 };
  const move = (partition: number, next: number): Promise<void> =>
    store.transaction((rows) => rows.setPosition('held', partition, next));
  const change = () =>
    changeStore(store, {
      read: async (rows) => {
        seen.reads += 1;
        return (await rows.position('held', 0)) ?? 0;
      },
      versionOf: String,
      prepare: async (position) => {
        seen.prepared += 1;
        await meanwhile(move);
        return position + 1;
      },
      write: (rows, next) => rows.setPosition('held', 0, next),
    });
  const position = () => store.transaction((rows) => rows.position('held', 0));
  return { seen, change, position };
}

test('Where nothing in the store has changed, what was prepared is written without reading it again', async () => {
  const { seen, change, position } = scripted(async () => undefined);
  assert.equal(await change(), 1);
  assert.deepEqual([seen, await position()], [{ reads: 1, prepared: 1 }, 1]);
});

test('Where something else has changed it is read again, and not prepared again', async () => {
  const { seen, change, position } = scripted((move) => move(1, 9));
  assert.equal(await change(), 1);
  assert.deepEqual([seen, await position()], [{ reads: 2, prepared: 1 }, 1]);
});

test('What rests on something that has changed is prepared anew', async () => {
  const others = [40, 41];
  const { seen, change, position } = scripted(async (move) => {
    const next = others.shift();
    if (next !== undefined) await move(0, next);
  });
  assert.equal(await change(), 42);
  assert.equal(await position(), 42);
  assert.equal(seen.prepared, 3);
});

test('Whoever always comes too late is told so, and has written nothing', async () => {
  let next = 100;
  const { seen, change, position } = scripted((move) => move(0, (next += 1)));
  await assert.rejects(change(), { code: 'store_unavailable' });
  assert.deepEqual([seen.prepared, await position()], [8, next]);
});
