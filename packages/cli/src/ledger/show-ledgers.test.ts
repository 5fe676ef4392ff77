import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Ledgers } from './read-ledgers.ts';
import { showLedgers } from './show-ledgers.ts';

const ledgers = (releases: Ledgers['releases']): Ledgers => ({
  ...{ ingest: [], detection: [], faults: [], balanced: true, releases },
  total: { records: 5, cleared: 2, held: 3, rejected: 0, duplicate: 0, control: 0, waiting: 0 },
});

test('what people released is told beside the ledger, where there is any, and stays among the held', () => {
  const lines = showLedgers(ledgers({ released: 1, waiting: 2 }));
  assert.ok(lines.includes('Of the held, people have released 1; 2 approved and about to go.'));
  assert.match(lines.find((line) => line.startsWith('all')) ?? '', /5 +2 +3 +0/);
  assert.doesNotMatch(showLedgers(ledgers({ released: 0, waiting: 0 })).join('\n'), /released/);
});
