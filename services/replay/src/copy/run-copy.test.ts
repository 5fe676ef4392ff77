import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { ReplayPlan, Stretch } from '@weir/replays';
import type { DrawnWorld } from '../../../detection/src/fixtures/drawn-world.ts';
import { directly, readTopic } from '../../../detection/src/fixtures/drawn-world.ts';
import { drawnParts, drawnPlan } from '../engine/fixtures/drawn-replay.ts';
import { runToTheEnd } from '../engine/fixtures/run-kept.ts';
import { createWideWorld } from '../engine/fixtures/wide-world.ts';
import type { CopiedRecord, CopyTarget } from './copy-target.ts';
import { copyToTheEnd } from './fixtures/copy-kept.ts';
import type { CopyOptions } from './fixtures/copy-kept.ts';

const limits = { chunkOffsets: 100, linesPerStep: 250, stepMs: 1_000_000 };
const toExport = { kind: 'export', format: 'ndjson' } as const;

let world: DrawnWorld;
before(async () => {
  world = await createWideWorld(400, 200);
});

/** A target in memory, which cuts back to what was settled. */
function createMemoryTarget(opens: boolean) {
  let taken: CopiedRecord[] = [];
  const target: CopyTarget = {
    opens,
    open: async (from) => {
      taken = taken.slice(0, (from as { taken: number } | undefined)?.taken ?? 0);
      return {
        take: async (records) => void taken.push(...records),
        settle: async () => ({ taken: taken.length }),
        close: async () => undefined,
      };
    },
  };
  return { target, taken: () => taken };
}

async function copied(changed: Partial<ReplayPlan> = {}, opens = true, options: CopyOptions = {}) {
  const memory = createMemoryTarget(opens);
  const plan = drawnPlan(world.end, { target: toExport, ...changed });
  const kept = await copyToTheEnd(drawnParts(world), plan, memory.target, { limits, ...options });
  return { ...kept, taken: memory.taken() };
}

/** All of the one partition of a topic. */
async function allOf(topic: string): Promise<Stretch[]> {
  const [bounds] = await world.kafka.connect(directly).offsets(topic);
  return [{ partition: 0, warmFrom: 0, from: 0, to: bounds?.end ?? 0 }];
}

test('each record of a range is handed over, in order, and stands in the manifest', async () => {
  const stretches = [{ partition: 0, warmFrom: 50, from: 50, to: world.end - 7 }];
  const { taken, lines, checkpoint } = await copied({ stretches });
  const wanted = world.records.filter(({ offset }) => offset >= 50 && offset < world.end - 7);
  assert.deepEqual(
    taken.map(({ record }) => record),
    wanted,
  );
  assert.deepEqual(
    taken.map(({ opened }) => opened?.plaintext),
    wanted.map(({ value }) => value),
  );
  assert.equal(lines.length, wanted.length);
  assert.equal(checkpoint.counts.handedOver, wanted.length);
  assert.deepEqual(checkpoint.target, { taken: wanted.length });
});

test('what is judged again and what is copied are the same records, whatever the filter', async () => {
  const account = world.records.at(-1)?.key?.toString('utf8') ?? '';
  const identity = world.records.at(-2)?.headers['ce_id']?.toString('utf8') ?? '';
  for (const filter of [
    {},
    { accounts: [account] },
    { transactions: [identity] },
    { outcomes: ['duplicate' as const] },
    { outcomes: ['cleared' as const], amountFromMinor: 1_700 },
    { amountToMinor: 1_200 },
    { sources: ['nobody'] },
  ]) {
    const judged = await runToTheEnd(drawnParts(world), drawnPlan(world.end, { filter }), { limits });
    const { lines, taken } = await copied({ filter });
    assert.deepEqual(lines, judged.lines, JSON.stringify(filter));
    assert.equal(taken.length, lines.length);
  }
});

test('what fired then is what the journal says', async () => {
  const all = await copied({ stream: 'held', stretches: await allOf('transactions.held.v1') });
  const { taken } = await copied({ filter: { outcomes: ['held'] } });
  const identities = (records: readonly CopiedRecord[]) => records.map(({ opened }) => opened?.attributes.id);
  assert.ok(taken.length > 0);
  assert.deepEqual(identities(taken), identities(all.taken));
  const byRule = await copied({ filter: { rules: ['no_such_rule'] } });
  assert.deepEqual([byRule.taken, byRule.lines], [[], []]);
});

test('any stream is copied from its own offsets, and its manifest names its own topic', async () => {
  const client = world.kafka.connect(directly);
  for (const [stream, topic] of [
    ['decisions', 'decisions.v1'],
    ['cleared', 'transactions.cleared.v1'],
  ] as const) {
    const records = await readTopic(client, topic);
    const { taken } = await copied({ stream, stretches: await allOf(topic) });
    assert.ok(records.length > 0);
    assert.deepEqual(
      taken.map(({ record }) => record),
      records,
    );
  }
  const stretches = await allOf('transactions.cleared.v1');
  const large = await copied({ stream: 'cleared', stretches, filter: { amountFromMinor: 1_700 } });
  assert.ok(large.taken.length > 0 && large.taken.length < 600);
});

test('a target that takes sealed bytes has nothing opened, unless the filter looks into it', async () => {
  const { taken } = await copied({}, false);
  assert.ok(taken.length > 0 && taken.every(({ opened }) => opened === undefined));
  const asked = await copied({ filter: { amountFromMinor: 1_700 } }, false);
  assert.ok(asked.taken.length > 0 && asked.taken.length < taken.length);
});

test('a record without a whole seal stands in the manifest, is counted, and is not handed over', async () => {
  const broken = await createWideWorld(20, 0);
  const producer = await broken.kafka.connect(directly).createProducer();
  await producer.append('transactions.received.v1', 0, [
    { key: null, value: Buffer.from('{}'), headers: {} },
  ]);
  const memory = createMemoryTarget(true);
  const plan = drawnPlan(broken.end + 1, { target: toExport });
  const { lines, checkpoint } = await copyToTheEnd(drawnParts(broken), plan, memory.target, { limits });
  assert.deepEqual(checkpoint.counts.unreadable, { '': 1 });
  assert.equal(lines.length, memory.taken().length + 1);
  assert.equal(checkpoint.counts.handedOver, memory.taken().length);
});

const elsewhere: readonly (readonly [string, Partial<ReplayPlan>])[] = [
  ['another log', { logId: '0199c0de-0000-7000-8000-000000000099' }],
  ['a partition that is not there', { stretches: [{ partition: 7, warmFrom: 0, from: 0, to: 10 }] }],
];
for (const [what, changed] of elsewhere)
  test(`what was planned of ${what} is refused, and not taken for empty`, async () => {
    await assert.rejects(copied(changed), { code: 'log_other' });
  });

for (const [what, options] of [
  [
    'paused again and again',
    { wish: (asked: number) => (asked % 3 === 2 ? ('pause' as const) : ('goOn' as const)) },
  ],
  ['killed again and again', { kills: [3, 1, 2, 5].map((after) => ({ after, isBefore: after % 2 === 1 })) }],
] as const)
  test(`a copy that is ${what} leaves what one leaves that nobody disturbed`, async () => {
    const { runs: _one, ...undisturbed } = await copied();
    const { runs, ...disturbed } = await copied({}, true, options);
    assert.ok(runs > 2, `${runs} runs`);
    assert.deepEqual(disturbed, undisturbed);
  });
