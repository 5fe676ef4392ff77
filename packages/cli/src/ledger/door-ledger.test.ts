import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { readDoorLedger } from './door-ledger.ts';

const door = (offered: number): string => `weir_door_records_offered_total{service="ingest"} ${offered}
weir_door_records_total{service="ingest",outcome="acknowledged"} 7
weir_door_records_total{service="ingest",outcome="rejected"} 2
`;

const answering = (context: TestContext, text: string): void =>
  void context.mock.method(globalThis, 'fetch', async () => new Response(text));

test('what came in by HTTP is in the ledger, and may be under way but not come from nowhere', async (context) => {
  for (const [offered, balanced] of [
    [9, true],
    [12, true],
    [8, false],
  ] as const) {
    answering(context, door(offered));
    const ledger = await readDoorLedger('http://ingest');
    assert.deepEqual(ledger?.counts, { offered, acknowledged: 7, rejected: 2, failed: 0, unknown: 0 });
    assert.equal(ledger?.balanced, balanced);
    context.mock.restoreAll();
  }
});

test('a door at which nothing was offered, or that does not run, has no ledger', async (context) => {
  assert.equal(await readDoorLedger(undefined), undefined);
  answering(context, 'weir_other_total{service="ingest"} 1\n');
  assert.equal(await readDoorLedger('http://ingest'), undefined);
});
