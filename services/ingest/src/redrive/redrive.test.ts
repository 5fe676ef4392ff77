import assert from 'node:assert/strict';
import { createSecretKey } from 'node:crypto';
import { test } from 'node:test';
import {
  decodePayload,
  decodeRejected,
  events,
  readRedriveHeader,
  redriveHeader,
  streams,
  topicSpecifications,
  WeirError,
  type OfferedAs,
  type RedriveMark,
  type RedriveOffer,
  type RedriveRecord,
  type StreamName,
} from '@weir/contracts';
import {
  createOpener,
  createPartitioner,
  createPseudonymizer,
  createSealer,
  openEvents,
} from '@weir/envelope';
import { createMemoryKafka } from '@weir/kafka/memory';
import { createMemoryKms, kekArn } from '../../../../packages/envelope/src/key-provider.fixture.ts';
import { createAcceptor } from '../accept-transaction.ts';
import { createRefuser } from '../refuse-record.ts';
import type { CsvMapping } from '../source/csv-mapping.ts';
import { createNdjsonFormat } from '../source/ndjson-format.ts';
import { createOfferAgain } from './offer-again.ts';
import { redriveBatch, type RedrivePorts } from './redrive-batch.ts';

const environment = 'test';
const nowMs = Date.UTC(2026, 0, 10);
const batch = '9f0b1c9e-4f0a-4a53-8d5e-0a8f3a3f2d11';
const { keyProvider } = createMemoryKms();
const pseudonymize = createPseudonymizer({ indexKey: createSecretKey(Buffer.alloc(32, 1)), version: 1 });
const identity = {
  ...{ pseudonymize, pseudonymizeOnce: pseudonymize },
  partitionOf: createPartitioner({ routingKey: createSecretKey(Buffer.alloc(32, 2)), partitionCount: 4 }),
};
const mapping = {
  delimiter: ',',
  fields: {
    transactionId: { column: 'id' },
    'account.other.id': { column: 'customer' },
    amount: { column: 'amount' },
    eventTime: { column: 'time' },
    currency: { constant: 'EUR' },
    creditDebitIndicator: { constant: 'DBIT' },
  },
} as unknown as CsvMapping;

const line = (more: object = {}): string =>
  JSON.stringify({
    ...{ transactionId: 't1', account: { other: { id: 'account-1' } }, creditDebitIndicator: 'DBIT' },
    ...{ amount: '12.34', currency: 'EUR', eventTime: '2026-01-01T00:00:00.000Z' },
    ...more,
  });
/** When the letters came about: long after what the source's clock showed. */
const letterAt = '2026-01-08T00:00:00.000Z';
const asLine: OfferedAs = { kind: 'transaction', tenant: 'bank', columns: null, observedAt: null };
/** What the letter says of itself that ingest makes of a line it refuses. */
function letterOf(original: string, { columns, observedAt }: OfferedAs, redrive?: RedriveMark) {
  const source = { tenant: 'bank', source: 'core', partitionCount: 4, pseudonymize };
  const refuse = createRefuser({ ...source, kind: 'transaction' });
  const bytes = Buffer.from(original);
  const observedAtMs = observedAt === null ? null : Date.parse(observedAt);
  const { event } = refuse(
    { line: 7, endLine: 7, bytes, oversized: null },
    [{ code: 'not_json', path: '' }],
    Date.parse(letterAt),
    { observedAtMs, columns, ...(redrive === undefined ? {} : { redrive }) },
  );
  const { offered } = decodeRejected(event.plaintext) ?? assert.fail();
  const letter = { from: 'source' as const, id: event.id, at: event.time, redrive };
  return { letter, offered: offered ?? assert.fail() };
}
const offer = (
  original: string,
  { offered = asLine, ...more }: Partial<RedriveOffer> = {},
  redrive?: RedriveMark,
): RedriveOffer => ({
  ...{ of: { partition: 3, offset: 41 }, times: 2, source: 'core', line: 7 },
  ...letterOf(original, offered, redrive),
  original: Buffer.from(original).toString('base64'),
  ...more,
});

/** A log, the dead letters and a KMS in memory, and what ingest leaves there. */
async function createWorld(
  breakAppend?: (topic: string, appends: number) => void,
  { futureLimitMs = 0 } = {},
) {
  const kafka = createMemoryKafka(() => nowMs).connect();
  await kafka.ensureTopics(topicSpecifications({ logPartitions: 4, replicationFactor: 1 }));
  const producer = await kafka.createProducer();
  const sealerFor = (stream: StreamName) =>
    createSealer({ keyProvider, app: 'weir', environment, keyId: kekArn, stream, nowMs: () => 0 });
  let appends = 0;
  const ports: RedrivePorts = {
    ...{ kafka, environment, nowMs: () => nowMs, signal: new AbortController().signal },
    producer: {
      append: async (topic, partition, records) => {
        const done = await producer.append(topic, partition, records);
        appends += 1;
        breakAppend?.(topic, appends);
        return done;
      },
    },
    sealers: { received: sealerFor('received'), rejected: sealerFor('rejected') },
    offerAgain: createOfferAgain({ ...identity, partitionCount: 4, mapping, futureLimitMs }),
    retry: {
      ...{
        limitMs: 0,
        nowMs: () => 0,
        random: () => 0,
        sleep: async () => undefined,
        onRetry: () => undefined,
      },
    },
    after: () => () => undefined,
  };
  const opener = createOpener({
    ...{ keyProvider, app: 'weir', environment, nowMs: () => 0 },
    allowedKeyIds: () => new Set([kekArn]),
  });
  async function read(stream: 'received' | 'rejected') {
    const found: {
      partition: number;
      type: string;
      id: string;
      key: string;
      plaintext: Buffer;
      mark: unknown;
    }[] = [];
    await kafka.readRange({
      ...{ topic: streams[stream].topic, from: 'earliest', readCommitted: true, deadlineMs: 10_000 },
      onRecord: async (record) => {
        const [opened] = await openEvents({ opener, stream, environment }, [record]);
        assert.ok(opened?.ok);
        const { key, plaintext, attributes } = opened;
        const mark = readRedriveHeader(record.headers[redriveHeader]);
        found.push({
          partition: record.partition,
          type: attributes.type,
          id: attributes.id,
          key,
          plaintext,
          mark,
        });
      },
    });
    return found;
  }
  const said = async (): Promise<readonly RedriveRecord[]> =>
    (await read('rejected'))
      .filter(({ type }) => type === events.redrive.type)
      .map(({ plaintext }) => {
        const payload = decodePayload(events.redrive, plaintext);
        assert.ok(payload.ok);
        return payload.value;
      });
  const letters = async () =>
    (await read('rejected')).filter(({ type }) => type === events.recordRejected.type);
  return { ports, read, said, letters };
}

test('what is accepted now gets the key, id and partition that a new offer of its source gets, and names its letter', async () => {
  const { ports, read, said } = await createWorld();
  const offered: OfferedAs = { ...asLine, observedAt: '2026-01-03T00:00:00.000Z' };
  const again = offer(line(), { offered });
  const [outcome] = await redriveBatch(ports, { kind: 'offer', batch, offers: [again] });
  assert.equal(outcome?.became, 'accepted');

  const fresh = createNdjsonFormat(0).read(Buffer.from(line()), nowMs);
  assert.ok(fresh.ok);
  const expected = createAcceptor({ ...identity, tenant: 'bank', source: 'core' })(fresh.value, nowMs);
  const [record] = await read('received');
  assert.deepEqual(
    [record?.partition, record?.id, record?.key, record?.mark],
    [
      ...[expected.partition, expected.event.id, expected.event.key],
      { of: { partition: 3, offset: 41 }, times: 2 },
    ],
  );
  const content = decodePayload(events.transactionReceived, record?.plaintext ?? Buffer.of());
  assert.equal(content.ok && content.value.observedAt, offered.observedAt, 'by the clock of its file');

  const letter = { of: { partition: 3, offset: 41 }, times: 2, id: again.letter.id };
  const at = { partition: expected.partition, offset: 0 };
  assert.deepEqual(await said(), [
    {
      ...{ kind: 'begun', batch, letters: [letter] },
      logEnds: [0, 1, 2, 3].map((partition) => ({ partition, offset: 0 })),
    },
    { kind: 'ended', batch, letters: [{ ...letter, became: 'accepted', at }] },
  ]);
});

const hourMs = 3_600_000;
const refusedAtMs = Date.parse(letterAt);
const ago = (hours: number): string => new Date(refusedAtMs - hours * hourMs).toISOString();

for (const [what, from, observedAt, eventTime, expected] of [
  ['a line by the wall clock is observed now', 'source', ago(0), ago(1), nowMs],
  ['so is one by a live feed that was a day behind', 'source', ago(24), ago(25), nowMs],
  ['and one whose feed had accepted nothing before it', 'source', null, ago(1), nowMs],
  ['one that is ahead of the wall clock moves nothing', 'source', ago(0), ago(-60), nowMs],
  ['a line of an old file is observed when it was', 'source', ago(25), ago(26), refusedAtMs - 25 * hourMs],
  ['or when it happens, where that is later', 'source', ago(90), ago(80), refusedAtMs - 80 * hourMs],
  ['the first of an old file when it happens', 'source', null, ago(80), refusedAtMs - 80 * hourMs],
  ['a record of the log by the wall clock is observed now', 'log', ago(2), ago(3), nowMs],
  ['one by another clock exactly when it was', 'log', ago(90), ago(80), refusedAtMs - 90 * hourMs],
] as const) {
  test(`redriven days later, ${what}`, async () => {
    const { ports, read } = await createWorld(undefined, { futureLimitMs: 30 * 24 * hourMs });
    const offered: OfferedAs = { ...asLine, observedAt };
    const ofLetter = offer(line({ eventTime }), { offered });
    const again = { ...ofLetter, letter: { ...ofLetter.letter, from } };
    await redriveBatch(ports, { kind: 'offer', batch, offers: [again] });
    const [record] = await read('received');
    const content = decodePayload(events.transactionReceived, record?.plaintext ?? Buffer.of());
    assert.ok(content.ok);
    assert.equal(content.value.observedAt, new Date(expected).toISOString());
  });
}

const mark: RedriveMark = { of: { partition: 1, offset: 5 }, times: 1 };
const ofRow = offer('12.34,2026-01-01T00:00:00Z,account-1,t1', {
  offered: { ...asLine, columns: ['amount', 'time', 'customer', 'id'] },
});
const ofLine = offer(line());
const cameBack = offer(line(), {}, mark);
const { proof: _, ...unproven } = ofLine.offered;

for (const [what, forged] of [
  ['whose bytes were changed', { ...ofLine, original: offer(line({ amount: '99.00' })).original }],
  ['of another line', { ...ofLine, line: 8 }],
  ['of another source', { ...ofLine, source: 'cards' }],
  ['of another tenant', { ...ofLine, offered: { ...ofLine.offered, tenant: 'other' } }],
  ['with the id of another', { ...ofLine, letter: { ...ofLine.letter, id: cameBack.letter.id } }],
  [
    'with columns in another order',
    { ...ofRow, offered: { ...ofRow.offered, columns: ['time', 'amount', 'customer', 'id'] } },
  ],
  ['with a clock of its own', { ...ofLine, offered: { ...ofLine.offered, observedAt: letterAt } }],
  ['refused at another time', { ...ofLine, letter: { ...ofLine.letter, at: ago(5) } }],
  ['that hides that it came back', { ...cameBack, letter: { ...cameBack.letter, redrive: undefined } }],
  ['without proof', { ...ofLine, offered: unproven }],
  [
    'of an earlier release, under a tenant that is not its own',
    {
      ...ofLine,
      letter: { ...ofLine.letter, from: 'earlier_release' },
      offered: { ...asLine, tenant: 'other' },
    },
  ],
  [
    'of an earlier release that knows columns',
    { ...ofRow, letter: { ...ofRow.letter, from: 'earlier_release' } },
  ],
] as readonly (readonly [string, RedriveOffer])[]) {
  test(`a letter ${what} is not ours, and nothing is made of it`, async () => {
    const { ports, read, letters } = await createWorld();
    const outcomes = await redriveBatch(ports, { kind: 'offer', batch, offers: [forged] });
    assert.deepEqual(
      outcomes.map(({ became }) => became),
      ['not_ours'],
    );
    assert.deepEqual([await read('received'), await letters()], [[], []]);
  });
}

test('a letter is ours that came back, or whose tenant an earlier release did not keep', async () => {
  const { ports } = await createWorld();
  const earlier: RedriveOffer = {
    ...ofLine,
    letter: { ...ofLine.letter, from: 'earlier_release' },
    offered: asLine,
  };
  const outcomes = await redriveBatch(ports, { kind: 'offer', batch, offers: [cameBack, earlier] });
  assert.deepEqual(
    outcomes.map(({ became }) => became),
    ['accepted', 'accepted'],
  );
});

test('what an earlier release refused and is no JSON object is left as it was, not refused again as JSON', async () => {
  const { ports, said, letters } = await createWorld();
  const offers = ['12.34,account-1', '[1]', 'null', ''].map((text): RedriveOffer => {
    const { letter, ...rest } = offer(text);
    return { ...rest, letter: { ...letter, from: 'earlier_release' }, offered: asLine };
  });
  const outcomes = await redriveBatch(ports, { kind: 'offer', batch, offers });
  assert.deepEqual(
    outcomes.map(({ became }) => became),
    offers.map(() => 'unfit'),
  );
  assert.deepEqual([(await letters()).length, (await said())[1]?.letters], [0, []]);
});

test('what is refused again keeps the kind of clock it had', async () => {
  const { ports, letters } = await createWorld();
  const bad = line({ currency: 'ZZZ' });
  const offers = [ago(1), ago(90)].map((observedAt) => offer(bad, { offered: { ...asLine, observedAt } }));
  await redriveBatch(ports, { kind: 'offer', batch, offers });
  assert.deepEqual(
    (await letters()).map(({ plaintext }) => decodeRejected(plaintext)?.offered?.observedAt),
    [new Date(nowMs).toISOString(), ago(90)],
  );
});

test('what is still wrong becomes a dead letter again, in its place, that says of which it was and how often', async () => {
  const { ports, read, letters } = await createWorld();
  const bad = line({ currency: 'ZZZ' });
  for (const times of [1, 2, 2])
    await redriveBatch(ports, { kind: 'offer', batch, offers: [offer(bad, { times })] });
  assert.deepEqual(await read('received'), []);
  const found = await letters();
  const decoded = found.map(({ plaintext }) => decodeRejected(plaintext));
  assert.deepEqual(
    decoded.map((one) => [one?.rejections[0]?.code, one?.origin, one?.redrive, one?.offered]),
    [1, 2, 2].map((times) => [
      'currency_unknown',
      { kind: 'source', source: 'core', line: 7 },
      { of: { partition: 3, offset: 41 }, times },
      { ...asLine, proof: decoded[times - 1]?.offered?.proof },
    ]),
  );
  assert.equal(Buffer.from(decoded[0]?.original ?? []).toString(), bad);
  assert.deepEqual(
    found.map(({ partition }) => partition),
    [3, 3, 3],
  );
  const [first, second, third] = found.map(({ id }) => id);
  assert.notEqual(first, second);
  assert.equal(
    second,
    third,
    'the same redriving of the same letter is one dead letter, however often it is sent',
  );
});

test('a row is read by the mapping of now under the header of then, and left as it was where they do not fit', async () => {
  const { ports, read, said } = await createWorld();
  const row = '12.34,2026-01-01T00:00:00Z,account-1,t1';
  const under = (...columns: string[]): RedriveOffer => offer(row, { offered: { ...asLine, columns } });
  const outcomes = await redriveBatch(ports, {
    ...{ kind: 'offer', batch },
    offers: [under('amount', 'time', 'customer', 'id'), under('amount', 'time', 'customer', 'number')],
  });
  assert.deepEqual(outcomes.map(({ became }) => became).toSorted(), ['accepted', 'unfit']);
  const [record] = await read('received');
  const content = decodePayload(events.transactionReceived, record?.plaintext ?? Buffer.of());
  assert.equal(content.ok && content.value.transactionId, 't1');
  assert.equal((await said())[1]?.letters.length, 1, 'what was not sent is not called redriven');
});

test('a batch of which nobody knows what was sent is not called ended', async () => {
  const { ports, said } = await createWorld((topic) => {
    if (topic === streams.received.topic) throw new WeirError('publish_outcome_unknown', 'no answer');
  });
  await assert.rejects(redriveBatch(ports, { kind: 'offer', batch, offers: [offer(line())] }), {
    code: 'publish_outcome_unknown',
  });
  assert.deepEqual(
    (await said()).map(({ kind }) => kind),
    ['begun'],
  );
});

for (const [what, holdUp] of [
  ['is over by the clock before its timer', (world: { lateMs: number }) => void (world.lateMs = 15_000)],
  ['is over by its timer', (world: { timeIsUp: () => void }) => world.timeIsUp()],
] as const) {
  test(`nothing is appended once the time of a batch ${what}, and it ends with what was not sent`, async () => {
    const world = { lateMs: 0, timeIsUp: (): void => undefined };
    const { ports, read, said } = await createWorld();
    const sealer = ports.sealers.received ?? assert.fail();
    const held: RedrivePorts = {
      ...ports,
      nowMs: () => nowMs + world.lateMs,
      after: (_, call) => {
        world.timeIsUp = call;
        return () => undefined;
      },
      sealers: {
        ...ports.sealers,
        received: {
          ...sealer,
          seal: async (...records) => {
            const sealed = await sealer.seal(...records);
            holdUp(world);
            return sealed;
          },
        },
      },
    };
    const outcomes = await redriveBatch(held, { kind: 'offer', batch, offers: [offer(line())] });
    assert.deepEqual(
      outcomes.map(({ became }) => became),
      ['not_sent'],
    );
    assert.deepEqual([await read('received'), (await said())[1]?.letters], [[], []]);
  });
}

test('nothing is sent where it can not be said before', async () => {
  const { ports, read } = await createWorld((_, appends) => {
    if (appends === 1) throw new WeirError('broker_unavailable', 'away');
  });
  await assert.rejects(redriveBatch(ports, { kind: 'offer', batch, offers: [offer(line())] }), {
    code: 'broker_unavailable',
  });
  assert.deepEqual(await read('received'), []);
});
