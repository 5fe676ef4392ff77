import assert from 'node:assert/strict';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import {
  checkOfferedTransaction,
  encodePayload,
  events,
  redriveInput,
  type OfferedAs,
  type RedriveInput,
  type Transaction,
} from '@weir/contracts';
import { WeirError } from '@weir/contracts';
import type { RedrivenBatch } from '../../ingest/ingest-messages.ts';
import { createLetterWorld, createTrail, offeredLine, startMs } from '../letter-world.fixture.ts';
import { findLetters } from './find-letters.ts';
import { planRedrive } from './plan-redrive.ts';
import { redriveOnRecord, type How } from './redrive-on-record.ts';
import { runRedrive } from './run-redrive.ts';

type World = Awaited<ReturnType<typeof createLetterWorld>>;
type Ingest = Parameters<typeof runRedrive>[1];

const { signal } = new AbortController();
const offered: OfferedAs = { kind: 'transaction', tenant: 'bank', columns: null, observedAt: null };

/** Ingest as the command sees it: accepts all, dies at a batch, or can't send the last letter of one. */
function createIngest({ diesAt = Infinity, stopsAt = Infinity } = {}) {
  const said: RedriveInput[] = [];
  const ingest: Ingest = async ({ input, onRedriven }) => {
    if (input === undefined || input === 'inherit') assert.fail('nothing to read');
    for await (const line of createInterface({ input })) {
      const message = redriveInput.parse(JSON.parse(line));
      said.push(message);
      if (said.length === diesAt) throw new WeirError('broker_unavailable', 'away');
      const offers = message.kind === 'offer' ? message.offers : [];
      const isStopped = (index: number): boolean => said.length === stopsAt && index === offers.length - 1;
      const letters: RedrivenBatch['letters'] = offers.map(({ of, times }, index) => ({
        ...{ of, times, became: isStopped(index) ? 'not_sent' : 'accepted', rejections: [] },
      }));
      onRedriven?.({ kind: 'redriven', batch: message.batch, letters });
    }
  };
  return { said, ingest };
}

async function redrive(world: World, ingest: Ingest, trail = createTrail(), more: Partial<How> = {}) {
  const how = { again: false, tenant: undefined, mapping: undefined, ...more };
  const all = { kind: 'filter', filter: { source: 'core' } } as const;
  const reading = { signal, onProgress: () => undefined, tenant: undefined, hasMapping: false };
  const { candidates } = await findLetters(world.ops, { kind: 'filter', filter: {} }, reading);
  const plan = planRedrive(
    candidates,
    { redriven: new Map(), refusedAgain: new Map() },
    { again: false, limit: 9_999, sinceMs: -Infinity },
  );
  const { planned } = plan;
  return redriveOnRecord(trail, all, plan, how, () =>
    runRedrive(world.ops, ingest, {
      ...{ planned, closing: [], mapping: undefined, signal, onProgress: () => undefined },
    }),
  );
}

async function createLines(count: number): Promise<World> {
  const world = await createLetterWorld();
  for (let line = 1; line <= count; line += 1)
    await world.refuseLine({ line, codes: ['iban_invalid'], partition: line % 2, beside: { offered } });
  return world;
}

test('lines are handed over byte for byte, in their order and in batches, and who asked and for what is on record', async () => {
  const world = await createLines(450);
  const { said, ingest } = createIngest();
  const trail = createTrail();
  const result = await redrive(world, ingest, trail);
  assert.equal(result.accepted, 450);
  const offers = said.map((one) => (one.kind === 'offer' ? one.offers : []));
  assert.deepEqual(
    offers.map(({ length }) => length),
    [200, 200, 50],
  );
  assert.deepEqual(
    offers.flat().map(({ line }) => line),
    Array.from({ length: 450 }, (_, index) => index + 1),
  );
  const [first] = offers.flat();
  assert.equal(Buffer.from(first?.original ?? '', 'base64').toString(), offeredLine);
  assert.deepEqual([first?.source, first?.offered, first?.times], ['core', offered, 1]);
  assert.deepEqual(first?.letter, { from: 'source', id: 'core-1', at: new Date(startMs).toISOString() });
  assert.match(
    trail.told[0] ?? '',
    /^begun dead_letters_redriven stream transactions\.rejected\.v1 \{"count":450,"placesSha256":"[0-9a-f]{64}","again":false,"source":"core"\}$/,
  );
  assert.deepEqual(trail.told.slice(1), [
    'done {"accepted":450,"refused":0,"unfit":0,"notSent":0,"notOurs":0}',
  ]);
});

test('whose letters of an earlier release are said to be, and the digest of the mapping, are on record', async () => {
  const trail = createTrail();
  const how = { tenant: 'bank', mapping: Buffer.from('{}') };
  await redrive(await createLines(1), createIngest().ingest, trail, how);
  const digest = '44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a';
  assert.match(trail.told[0] ?? '', new RegExp(`"tenant":"bank","mappingSha256":"${digest}"`));
});

test('where nothing can be recorded nothing is handed over', async () => {
  const world = await createLines(1);
  const { said, ingest } = createIngest();
  await assert.rejects(redrive(world, ingest, createTrail('is away')), { code: 'audit_unavailable' });
  assert.deepEqual(said, []);
});

test('where ingest ends early, how it ended is told, and the trail has that it failed', async () => {
  const world = await createLines(450);
  const { said, ingest } = createIngest({ diesAt: 2 });
  const trail = createTrail();
  await assert.rejects(redrive(world, ingest, trail), { code: 'broker_unavailable' });
  assert.equal(said.length, 2);
  assert.equal(trail.told[1], 'failed {}');
});

test('behind a batch that could not be sent whole no other is sent: an account keeps its order', async () => {
  const world = await createLines(450);
  const { said, ingest } = createIngest({ stopsAt: 2 });
  const { accepted, notSent } = await redrive(world, ingest);
  assert.deepEqual([said.length, accepted, notSent], [2, 399, 51]);
});

const transaction: Transaction = {
  ...{ tenant: 'demo', source: 'core', partition: 2, transactionId: 't1' },
  account: { other: { id: 'account-1' } },
  ...{ creditDebitIndicator: 'DBIT', currency: 'JPY', amountMinor: 1_234 },
  ...{ eventTime: '2026-01-05T08:00:00.000Z', observedAt: '2026-01-05T09:00:00.000Z' },
  counterparty: { name: 'X', pseudonym: `c1_${'A'.repeat(22)}` },
};

test('a record of the log is offered in the words of an offer, under its source and observed when it was', async () => {
  const world = await createLetterWorld();
  const plaintext = encodePayload(events.transactionReceived, transaction);
  await world.refuseRecord({ code: 'key_not_allowed', plaintext });
  const { said, ingest } = createIngest();
  assert.equal((await redrive(world, ingest)).accepted, 1);
  const [offer] = said[0]?.kind === 'offer' ? said[0].offers : [];
  assert.deepEqual(
    [offer?.source, offer?.offered.tenant, offer?.offered.observedAt],
    [...['core', 'demo', transaction.observedAt]],
  );
  const again = JSON.parse(Buffer.from(offer?.original ?? '', 'base64').toString()) as unknown;
  const read = checkOfferedTransaction(again, startMs, 0);
  assert.ok(read.ok);
  assert.deepEqual(
    [read.value.amountMinor, read.value.eventTimeMs, read.value.counterparty],
    [1_234, startMs, { name: 'X' }],
  );
});

for (const [what, of] of [
  [
    'was changed since it was sealed',
    { change: (one: { value: Buffer }) => ({ ...one, value: broken(one.value) }) },
  ],
  ['says less than its contract', { plaintext: Buffer.from('{}') }],
  [
    'is a copy from another partition',
    { plaintext: encodePayload(events.transactionReceived, { ...transaction, partition: 1 }) },
  ],
  [
    'is of another tenant than its headers say',
    { plaintext: encodePayload(events.transactionReceived, { ...transaction, tenant: 'other' }) },
  ],
] as const) {
  test(`a record of the log that ${what} is not offered, and is counted`, async () => {
    const world = await createLetterWorld();
    const plaintext = encodePayload(events.transactionReceived, transaction);
    await world.refuseRecord({ code: 'contract_violation', plaintext, ...(of as object) });
    const { said, ingest } = createIngest();
    const result = await redrive(world, ingest);
    assert.deepEqual([result.notOurs, result.accepted, said.length], [1, 0, 0]);
  });
}

function broken(value: Buffer): Buffer {
  const changed = Buffer.from(value);
  changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
  return changed;
}
