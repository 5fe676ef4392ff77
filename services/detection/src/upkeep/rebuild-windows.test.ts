import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WeirError } from '@weir/contracts';
import { createMemoryWindowStore } from '@weir/window-store/memory';
import { plainLogId, plainReader, plainTransactions } from '../fixtures/plain-log.ts';
import { createPlainParts } from '../fixtures/plain-parts.ts';
import { sampleTransactions } from '../../../../packages/verdicts/src/fixtures/sample-transactions.ts';
import { encodePositionMetadata } from '../position-metadata.ts';
import { rebuildWindows } from './rebuild-windows.ts';

const records = plainTransactions(0, sampleTransactions(0, 4_500));
const metadata = encodePositionMetadata({
  logId: plainLogId,
  partitionCount: 1,
  versions: { ruleset: 'starter@1', windowPlan: 'standard@1' },
  sequence: 0,
});

/** Rebuilds elsewhere from a log that retention moves 600 records on, so often, whenever somebody has read 550. */
async function rebuildFrom(timesAtMost: number) {
  const { parts, log } = createPlainParts();
  Object.assign(log, { end: records.length });
  const target = createMemoryWindowStore();
  let times = 0;
  const losses: string[] = [];
  const rebuilt = rebuildWindows(
    {
      ...parts,
      groupId: 'detection',
      openTarget: async () => target,
      kafka: {
        offsets: async () => [{ partition: 0, ...log }],
        groupPositions: async () => [{ partition: 0, next: records.length, metadata }],
        readRange: async (range) => {
          const from = range.from === 'earliest' ? 0 : (range.from.get(0) ?? 0);
          if (times >= timesAtMost) return plainReader(records)(range);
          await plainReader(records.slice(0, from + 550))(range);
          times += 1;
          log.earliest = from + 600;
          throw new WeirError('log_truncated', 'gone');
        },
      },
    },
    { isElsewhere: true, historyCacheBytes: 1_000_000 },
    { onProgress: () => undefined, onBegunAnew: (_partition, loss) => void losses.push(loss) },
  );
  await rebuilt;
  return { target, losses, log };
}

test('windows whose log lets go of records while they are filled are filled from its next beginning', async () => {
  const { target, losses, log } = await rebuildFrom(1);
  assert.deepEqual([losses, log.earliest], [['truncated'], 600]);
  assert.equal((await target.position(0))?.next, records.length);
  const account = String(records[0]?.key);
  const stored = Buffer.concat([...((await target.load(0, [account])).get(account) ?? [])]);
  assert.ok(stored.readUIntBE(0, 5) >= 600, 'nothing is left of what was filled before the gap');
});

test('a log that keeps too little to fill windows from is given up', async () => {
  await assert.rejects(rebuildFrom(Infinity), { code: 'position_moved' });
});
