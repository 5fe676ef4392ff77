import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EventAttributes } from '@weir/contracts';
import { createPair } from './key-provider.fixture.ts';
import { openEvents, sealEvents } from './sealed-events.ts';
import type { SealedEvent, SealedRecord, UnsealedEvent } from './sealed-events.ts';

const stream = 'received';
const environment = 'test';

const eventOf = (n: number, changed: Partial<UnsealedEvent> = {}): UnsealedEvent => ({
  id: `tx-${n}`,
  key: `a1_${n}`,
  tenant: 'bank-a',
  time: '2026-01-02T03:04:05.678Z',
  type: 'weir.transaction.received.v1',
  dataSchema: 'urn:weir:schema:transaction:1',
  plaintext: Buffer.from(`payload ${n}`),
  ...changed,
});

/** The record as a reader gets it: bytes everywhere. */
const read = ({ key, value, headers }: SealedEvent): SealedRecord => ({
  key: Buffer.from(key),
  value,
  headers: Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)])),
});

function createStream() {
  const { kms, sealer, opener } = createPair({ stream });
  const seal = async (...events: readonly UnsealedEvent[]): Promise<SealedRecord[]> => {
    const sealed = await sealEvents({ sealer, stream, environment, source: '/test' }, events);
    return sealed.map(read);
  };
  const sealOne = async (event: UnsealedEvent): Promise<SealedRecord> =>
    (await seal(event))[0] as SealedRecord;
  const open = (...records: readonly SealedRecord[]) => openEvents({ opener, stream, environment }, records);
  return { kms, sealer, opener, seal, sealOne, open };
}

const withHeader = (record: SealedRecord, name: string, value: string | undefined): SealedRecord => ({
  ...record,
  headers: { ...record.headers, [name]: value === undefined ? undefined : Buffer.from(value) },
});

test('what was sealed opens in its order, with key and attributes', async () => {
  const { seal, open } = createStream();
  const events = [eventOf(1), eventOf(2), eventOf(3)];
  const opened = await open(...(await seal(...events)));
  assert.deepEqual(
    opened,
    events.map(({ key, plaintext, ...attributes }) => ({
      ok: true,
      attributes: attributes satisfies EventAttributes,
      key,
      plaintext: Buffer.from(plaintext),
    })),
  );
});

test('an event goes out as a CloudEvent in binary mode', async () => {
  const { sealer } = createStream();
  const [sealed] = await sealEvents({ sealer, stream, environment, source: '/weir/test' }, [eventOf(1)]);
  assert.equal(sealed?.key, 'a1_1');
  assert.deepEqual(sealed.headers, {
    'content-type': 'application/vnd.weir.envelope.v1',
    ce_specversion: '1.0',
    ce_id: 'tx-1',
    ce_type: 'weir.transaction.received.v1',
    ce_source: '/weir/test',
    ce_time: '2026-01-02T03:04:05.678Z',
    ce_dataschema: 'urn:weir:schema:transaction:1',
    ce_tenant: 'bank-a',
  });
  assert.ok(!sealed.value.includes('payload'));
});

test('nothing to seal and nothing to open ask the KMS for nothing', async () => {
  const { kms, seal, open } = createStream();
  assert.deepEqual(await open(...(await seal())), []);
  assert.deepEqual([kms.calls.generate, kms.calls.decrypt], [0, 0]);
});

test('what is refused keeps its place, and the others open around it', async () => {
  const { seal, open } = createStream();
  const [first, second, third, fourth] = (await seal(eventOf(1), eventOf(2), eventOf(3), eventOf(4))) as [
    SealedRecord,
    SealedRecord,
    SealedRecord,
    SealedRecord,
  ];
  const opened = await open(
    { ...first, value: null },
    second,
    { ...third, key: Buffer.from('a1_4') },
    withHeader(third, 'ce_id', undefined),
    fourth,
  );
  assert.deepEqual(
    opened.map((one) => (one.ok ? one.attributes.id : one.rejection.code)),
    ['null_value', 'tx-2', 'authentication_failed', 'headers_invalid', 'tx-4'],
  );
});

for (const name of ['ce_id', 'ce_type', 'ce_time', 'ce_dataschema', 'ce_tenant'] as const) {
  test(`a sealed record opens under no other ${name}`, async () => {
    const { sealOne, open } = createStream();
    const other = { ce_time: '2026-01-02T03:04:05.679Z' }[name as 'ce_time'] ?? 'another';
    const [opened] = await open(withHeader(await sealOne(eventOf(1)), name, other));
    assert.deepEqual(opened, { ok: false, rejection: { code: 'authentication_failed', path: '' } });
  });
}

test('where a record came from is bound to nothing', async () => {
  const { sealOne, open } = createStream();
  const [opened] = await open(withHeader(await sealOne(eventOf(1)), 'ce_source', '/elsewhere'));
  assert.equal(opened?.ok, true);
});

for (const [what, name, value] of [
  ['missing, or doubled, which reads the same', 'ce_type', undefined],
  ['empty', 'ce_id', ''],
  ['of another specification', 'ce_specversion', '0.3'],
  ['of another media type', 'content-type', 'application/json'],
  ['no instant', 'ce_time', 'yesterday'],
  ['no tenant', 'ce_tenant', 'Bank A'],
] as const) {
  test(`a sealed record with a header that is ${what} is refused by the header's name`, async () => {
    const { sealOne, open } = createStream();
    const [opened] = await open(withHeader(await sealOne(eventOf(1)), name, value));
    assert.deepEqual(opened, { ok: false, rejection: { code: 'headers_invalid', path: name } });
  });
}

test('plaintext is called not sealed, with our headers or without, and that is the graver thing to say', async () => {
  const { sealOne, open } = createStream();
  const sealed = await sealOne(eventOf(1));
  const value = Buffer.from('{"amount":"12.34"}');
  const opened = await open(
    { ...sealed, value },
    { key: null, value, headers: {} },
    { ...sealed, value: Buffer.alloc(0) },
  );
  assert.deepEqual(opened.slice(0, 2), [
    { ok: false, rejection: { code: 'not_sealed', path: '' } },
    { ok: false, rejection: { code: 'not_sealed', path: '' } },
  ]);
  assert.equal(opened[2]?.ok, false);
});

test('a key that is missing or no text is refused, however alike its broken bytes would read', async () => {
  const { sealOne, open } = createStream();
  const sealed = await sealOne(eventOf(1, { key: '\ufffd' }));
  const [asSealed, ...refused] = await open(
    sealed,
    { ...sealed, key: Buffer.from([0xff]) },
    { ...sealed, key: Buffer.from([0xfe]) },
    { ...sealed, key: null },
  );
  assert.equal(asSealed?.ok, true);
  for (const one of refused)
    assert.deepEqual(one, { ok: false, rejection: { code: 'headers_invalid', path: 'key' } });
});

test('a byte order mark is part of a key', async () => {
  const { sealOne, open } = createStream();
  const sealed = await sealOne(eventOf(1));
  const marked = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from('a1_1')]);
  const [opened] = await open({ ...sealed, key: marked });
  assert.deepEqual(opened, { ok: false, rejection: { code: 'authentication_failed', path: '' } });
});

test('records of another environment or another stream do not open', async () => {
  const { opener, sealOne } = createStream();
  const sealed = await sealOne(eventOf(1));
  const [elsewhere] = await openEvents({ opener, stream, environment: 'other' }, [sealed]);
  const [otherStream] = await openEvents({ opener, stream: 'cleared', environment }, [sealed]);
  assert.deepEqual(elsewhere, { ok: false, rejection: { code: 'authentication_failed', path: '' } });
  assert.deepEqual(otherStream, { ok: false, rejection: { code: 'wrapped_key_invalid', path: '' } });
});

test('a KMS that is away refuses nothing: the same records open once it is back', async () => {
  const { kms, seal, open } = createStream();
  const sealed = await seal(eventOf(1));
  kms.fail('kms_unavailable');
  await assert.rejects(open(...sealed), { code: 'kms_unavailable' });
  kms.fail(undefined);
  assert.equal((await open(...sealed))[0]?.ok, true);
});

test('a batch is sealed whole or not at all', async () => {
  const { seal } = createStream();
  await assert.rejects(seal(eventOf(1), eventOf(2, { key: '\ud800' })), { code: 'processing_failed' });
});
