import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { after, before, test } from 'node:test';
import {
  decodePayload,
  encodePayload,
  events,
  maxOfferedBytes,
  systemTenant,
  type Decision,
} from '@weir/contracts';
import { waitFor } from '@weir/testkit';
import { startIngestStack, type IngestStack, type PlacedTransaction } from '../fixtures/ingest-stack.ts';
import { account, assertProblem, ndjson, offered, said } from '../fixtures/door-requests.ts';
import { makeTokens, startDoor, type TestDoor } from '../fixtures/test-door.ts';

const settings = {
  DOOR_MAX_BODY_BYTES: '200000',
  DOOR_MAX_RECORDS: '50',
  DOOR_REQUEST_TIMEOUT_MS: '2000',
  DOOR_SEND_LIMIT_MS: '2000',
};

let stack: IngestStack;
let tokens: ReturnType<typeof makeTokens>;
let door: TestDoor;
let token: string;

before(async () => {
  stack = await startIngestStack();
  assert.equal((await stack.openLog()).code, 0);
  tokens = makeTokens(stack.folder);
  token = tokens.add({ name: 'bank' });
  door = await startDoor(stack, tokens.path, settings);
});
after(async () => {
  await door?.stop();
  await stack?.stop();
});

async function accept(id: string): Promise<string> {
  const answer = await door.ask({ token, body: offered(id) });
  assert.equal(answer.status, 202, JSON.stringify(answer.body));
  const [item] = said(answer).items ?? [];
  assert.equal(item?.status, 'accepted');
  return item.id ?? '';
}

const inLog = async (prefix: string): Promise<readonly PlacedTransaction[]> =>
  (await stack.transactions('http')).filter(({ content }) => content.transactionId.startsWith(prefix));

test('a transaction is answered 202 once it is in the log, with the tenant and source of its token', async () => {
  const id = await accept('single-1');
  const [found, ...others] = await inLog('single-');
  assert.deepEqual(others, []);
  assert.equal(found?.content.tenant, 'bank');
  assert.equal(found.content.source, 'http');
  assert.ok(id.startsWith(`${found.id}.`));
  assert.ok(!id.includes(account));
});

test('each record of a batch is answered in order; what is refused is kept with its reason', async () => {
  const lines = [
    offered('batch-1'),
    offered('batch-2', { currency: 'EUX' }),
    '',
    offered('batch-3'),
    'no json',
    `"${'x'.repeat(maxOfferedBytes)}"`,
  ];
  const answer = await door.ask({ token, type: ndjson, body: lines.join('\n') });
  assert.equal(answer.status, 202);
  assert.deepEqual([said(answer).accepted, said(answer).rejected], [2, 3]);
  assert.deepEqual(
    said(answer).items?.map(({ status, errors }) => errors?.[0] ?? status),
    [
      'accepted',
      { code: 'currency_unknown', path: 'currency' },
      'accepted',
      { code: 'not_json', path: '' },
      { code: 'record_too_large', path: '' },
    ],
  );
  assert.deepEqual(
    (await inLog('batch-')).map(({ content }) => content.transactionId),
    ['batch-1', 'batch-3'],
  );
  const refused = await stack.rejected('http');
  assert.deepEqual(
    refused
      .map(({ origin, rejections }) => [origin.kind === 'source' && origin.line, rejections[0]?.code])
      .toSorted(),
    [
      [2, 'currency_unknown'],
      [5, 'not_json'],
      [6, 'record_too_large'],
    ],
  );
});

test('a request of which nothing can be accepted is told the fields, and never a value', async () => {
  const bad = await door.ask({
    token,
    body: offered('bad-1', { account: { iban: 'NL92ABNA0417164300' }, note: 1 }),
  });
  assertProblem(bad, 400, 'nothing_accepted');
  assert.deepEqual(said(bad).items?.[0]?.errors, [
    { code: 'iban_invalid', path: 'account.iban' },
    { code: 'field_unknown', path: '' },
  ]);
  assert.doesNotMatch(JSON.stringify(bad.body), /NL92|bad-1|note/);
  assertProblem(await door.ask({ token, type: ndjson, body: '\n\n' }), 400, 'request_malformed');
  assertProblem(await door.ask({ token, method: 'POST' }), 400, 'request_malformed');
});

test('the same identity with other content is a conflict; the same content again is taken', async () => {
  await accept('conflict-1');
  await accept('conflict-1');
  const answer = await door.ask({ token, body: offered('conflict-1', { amount: '99.00' }) });
  assertProblem(answer, 409, 'conflicting_duplicate');
  const batch = [offered('conflict-1', { amount: '98.00' }), offered('conflict-2')].join('\n');
  const mixed = await door.ask({ token, type: ndjson, body: batch });
  assert.equal(mixed.status, 202);
  assert.equal(said(mixed).items?.[0]?.errors?.[0]?.code, 'conflicting_duplicate');
  const audited = await waitFor(async () =>
    (await stack.audited()).find(({ details }) => details['code'] === 'conflicting_duplicate'),
  );
  assert.deepEqual(
    [audited.action, audited.actor.kind, audited.subject.kind],
    ['record_refused', 'token', 'record'],
  );
});

test('too large a body, line or count is 413, another type or an encoding 415', async () => {
  assertProblem(await door.ask({ token, body: 'x'.repeat(200_001) }), 413, 'too_large');
  assertProblem(await door.ask({ token, body: offered('big', { x: 'y'.repeat(70_000) }) }), 413, 'too_large');
  const many = Array.from({ length: 51 }, (_, index) => offered(`many-${index}`)).join('\n');
  assertProblem(await door.ask({ token, type: ndjson, body: many }), 413, 'too_large');
  assert.deepEqual(await inLog('many-'), []);
  assertProblem(await door.ask({ token, type: 'text/csv', body: 'a,b' }), 415, 'content_type_unsupported');
  const packed = { 'content-encoding': 'gzip' };
  assertProblem(await door.ask({ token, body: '{}', headers: packed }), 415, 'content_type_unsupported');
});

test('a token lets in whom it should, for what it may be used for, until it is revoked', async () => {
  const expired = tokens.add({ name: 'expired', expiresAt: '2026-01-01T00:00:00.000Z' });
  const reader = tokens.add({ name: 'reader', scopes: ['verdicts:read'] });
  const gone = tokens.add({ name: 'gone' });
  const body = offered('token-1');
  assert.equal((await door.ask({ token: gone, body })).status, 202);
  assertProblem(await door.ask({ body }), 401, 'token_missing');
  assertProblem(await door.ask({ token: 'weir_wrong', body }), 401, 'token_refused');
  const late = await door.ask({ token: expired, body });
  assertProblem(late, 401, 'token_refused');
  assert.match(String(late.headers['www-authenticate']), /^Bearer .*invalid_token/);
  assertProblem(await door.ask({ token: reader, body }), 403, 'scope_missing');
  const path = '/v1/transactions?tenant=other-bank&source=http';
  assertProblem(await door.ask({ token, path, body }), 403, 'other_tenant');
  tokens.revoke('gone');
  await waitFor(async () => (await door.ask({ token: gone, body })).status === 401);
});

test('an Idempotency-Key gets the same answer again, also while the first is under way, and stands for one body', async () => {
  const headers = { 'idempotency-key': 'key-1' };
  const ask = () => door.ask({ token, body: offered('idem-1'), headers });
  const answers = await Promise.all([ask(), ask(), ask()]);
  const later = await ask();
  for (const answer of [...answers, later]) {
    assert.equal(answer.status, 202);
    assert.deepEqual(answer.body, answers[0]?.body);
  }
  assert.equal(later.headers['idempotency-replayed'], 'true');
  assert.equal((await inLog('idem-')).length, 1);
  assertProblem(await door.ask({ token, body: offered('idem-2'), headers }), 422, 'idempotency_key_reused');
  const other = tokens.add({ name: 'other', tenant: 'other-bank' });
  assert.equal((await door.ask({ token: other, body: offered('idem-2'), headers })).status, 202);
  const strange = { 'idempotency-key': 'with space' };
  assertProblem(
    await door.ask({ token, body: offered('idem-3'), headers: strange }),
    400,
    'request_malformed',
  );
});

test('a verdict is read by its tenant alone: pending, decided, of a duplicate the first, and far back in the journal', async () => {
  const id = await accept('verdict-1');
  const path = `/v1/transactions/${id}/verdict`;
  const pending = await door.ask({ token, path });
  assert.equal(pending.status, 200);
  assert.deepEqual(pending.body, { id, outcome: 'pending', score: null, reasons: [], versions: null });
  assert.ok(pending.headers['retry-after']);

  const [placed] = await inLog('verdict-1');
  assert.ok(placed);
  const again = await accept('verdict-1');
  const { offset } = placed;
  const second = (await inLog('verdict-1')).at(-1)?.offset ?? 0;
  const digest = 'a'.repeat(64);
  await decide(placed.partition, 0, offset, []);
  await decide(placed.partition, offset, second, [
    { offset, outcome: 'held', score: 0.75, reasons: ['large_amount'], features: [], digest },
  ]);
  await decide(placed.partition, second, second + 1, [
    { offset: second, outcome: 'duplicate', firstOffset: offset },
  ]);

  const held = await waitFor(async () => {
    const { body } = await door.ask({ token, path });
    return (body as { outcome: string }).outcome === 'pending' ? undefined : body;
  });
  const versions = { ruleset: 'starter@1', windowPlan: 'standard@1' };
  assert.deepEqual(held, { id, outcome: 'held', score: 0.75, reasons: ['large_amount'], versions });
  const duplicate = await waitFor(async () => {
    const { body } = await door.ask({ token, path: `/v1/transactions/${again}/verdict` });
    const answer = body as { outcome: string; firstId?: string };
    return answer.outcome === 'pending' ? undefined : answer;
  });
  assert.deepEqual([duplicate.outcome, duplicate.firstId], ['duplicate', id]);

  const stranger = tokens.add({ name: 'stranger', tenant: 'third-bank' });
  assertProblem(await door.ask({ token: stranger, path }), 404, 'verdict_unknown');
  const madeUp = path.replace(/\.[0-9a-z]+\.(?=[^.]+\/verdict$)/, '.zz.');
  assert.notEqual(madeUp, path);
  assertProblem(await door.ask({ token, path: madeUp }), 404, 'verdict_unknown');
  assertProblem(await door.ask({ token, path: '/v1/transactions/x/verdict' }), 404, 'verdict_unknown');
});

/** Writes a journal record as detection would. */
async function decide(partition: number, from: number, to: number, decisions: Decision[]): Promise<void> {
  if (from === to) return;
  const [control] = await stack.controls();
  const opening = control?.ok === true ? decodePayload(events.control, control.plaintext) : undefined;
  assert.ok(opening?.ok === true && opening.value.kind === 'log_opened');
  const { logId } = opening.value;
  await stack.append('decisions', partition, {
    id: `journal-${logId}-${partition}-${from}`,
    key: `log-${partition}`,
    tenant: systemTenant,
    time: '2026-01-01T00:00:00.000Z',
    type: events.journal.type,
    dataSchema: events.journal.dataSchema,
    plaintext: encodePayload(events.journal, {
      logId,
      partition,
      from,
      to,
      versions: { ruleset: 'starter@1', windowPlan: 'standard@1' },
      featureNames: [],
      decisions,
    }),
  });
}

test('the document is served, and other addresses are problems too', async () => {
  const document = await door.ask({ path: '/v1/openapi.json' });
  assert.equal((document.body as { openapi: string }).openapi, '3.1.0');
  assertProblem(await door.ask({ path: '/v1/anything' }), 404, 'not_found');
  const noAddress = await door.ask({ path: '/v1/transactions/%zz/verdict' });
  assertProblem(noAddress, 400, 'request_malformed');
  assert.doesNotMatch(JSON.stringify(noAddress.body), /%zz/);
  const tooLong = `/v1/transactions/${'x'.repeat(500)}/verdict`;
  assertProblem(await door.ask({ path: tooLong }), 400, 'request_malformed');
  const long = { 'x-long': 'x'.repeat(20_000) };
  assertProblem(await door.ask({ path: '/v1/openapi.json', headers: long }), 431, 'headers_too_large');
});

/** Opens a connection and answers it with everything that came back until it ended. */
async function openConnection(text: string): Promise<{ socket: Socket; ended: Promise<string> }> {
  const socket = connect(door.port, '127.0.0.1');
  let received = '';
  socket.on('data', (chunk: Buffer) => (received += chunk.toString('latin1')));
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  if (text !== '') socket.write(text);
  return { socket, ended: once(socket, 'close').then(() => received) };
}

test('a body and headers that trickle in are ended by the bound', async () => {
  const head = `POST /v1/transactions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\ncontent-type: application/json\r\n`;
  const slow = await Promise.all([
    openConnection(`${head}content-length: 100\r\n\r\n{`),
    openConnection(head),
  ]);
  for (const { ended } of slow) assert.match(await ended, /^HTTP\/1\.1 408 [^]*"request_timeout"/);
});

test('a thousand open connections keep nobody out, and are all that one address gets', async () => {
  const open = await Promise.all(Array.from({ length: 1_000 }, () => openConnection('')));
  const anew = { path: '/v1/openapi.json', tls: { agent: false as const } };
  await assert.rejects(door.ask(anew), /ECONNRESET|EPIPE|hang up/);
  const elsewhere = { agent: false as const, localAddress: '127.0.0.2' };
  assert.equal((await door.ask({ token, body: offered('crowd-1'), tls: elsewhere })).status, 202);
  for (const { socket } of open) socket.destroy();
  await waitFor(
    async () => (await door.ask({ path: '/v1/openapi.json' }).catch(() => undefined))?.status === 200,
  );
});

test('wrong tokens in a row are told to wait, let in no one, and are audited in a few entries', async () => {
  const statuses: number[] = [];
  for (let attempt = 0; attempt < 25; attempt += 1) {
    const answer = await door.ask({ token: `weir_guess-${attempt}`, body: '{}' });
    statuses.push(answer.status);
    if (answer.status === 429) assert.ok(Number(answer.headers['retry-after']) > 0);
  }
  assert.equal(statuses.at(-1), 429);
  // Whoever has a good one is not locked out by a neighbour.
  await accept('guess-1');
  const audited = await waitFor(async () => {
    const found = (await stack.audited()).filter(({ details }) => details['reason'] === 'unknown');
    return found.length > 0 ? found : undefined;
  });
  assert.ok(audited.length <= 2, `${audited.length} entries`);
  assert.deepEqual(
    [audited[0]?.action, audited[0]?.result, audited[0]?.origin],
    ['token_refused', 'refused', '127.0.0.1'],
  );
});

test('a door that is killed has lost nothing that it acknowledged, and repeating is harmless', async () => {
  const bodies = Array.from({ length: 60 }, (_, index) => offered(`killed-${index}`));
  const first = Promise.withResolvers<void>();
  const outcomes = bodies.map(async (body) => {
    const answer = await door.ask({ token, body }).catch(() => undefined);
    if (answer !== undefined) first.resolve();
    return answer?.status;
  });
  await first.promise;
  door.process.kill('SIGKILL');
  const statuses = await Promise.all(outcomes);
  await door.process.exited;
  const before = new Set((await inLog('killed-')).map(({ content }) => content.transactionId));
  for (const [index, status] of statuses.entries()) {
    if (status === 202) assert.ok(before.has(`killed-${index}`), 'an acknowledged transaction is in the log');
  }

  door = await startDoor(stack, tokens.path, settings);
  for (const body of bodies) assert.equal((await door.ask({ token, body })).status, 202);
  const found = await inLog('killed-');
  const identities = new Map<string, Set<string>>();
  for (const { content, id, partition, key } of found) {
    const known = identities.get(content.transactionId) ?? new Set();
    identities.set(content.transactionId, known.add(`${id} ${partition} ${key}`));
  }
  assert.equal(identities.size, bodies.length);
  assert.ok(
    [...identities.values()].every((same) => same.size === 1),
    'a repetition is the same record',
  );
});

test('while the broker is away requests are answered 503 with Retry-After, and after it 202', async () => {
  await stack.kafka.kill();
  const away = await door.ask({ token, body: offered('away-1') });
  assertProblem(away, 503, 'log_unavailable');
  assert.ok(Number(away.headers['retry-after']) > 0);
  await stack.kafka.restart();
  await waitFor(async () => (await door.ask({ token, body: offered('away-1') })).status === 202, {
    deadlineMs: 60_000,
    what: 'a door that has found its broker again',
  });
  const ids = new Set((await inLog('away-')).map(({ id }) => id));
  assert.equal(ids.size, 1);
});

test('a stop answers what is on its way, and what it wrote names neither tokens nor accounts', async () => {
  const asked = Array.from({ length: 20 }, (_, index) => door.ask({ token, body: offered(`stop-${index}`) }));
  // The first answer shows that the others are in, too.
  await Promise.race(asked);
  const stopped = door.stop();
  const answers = await Promise.all(asked.map((one) => one.catch(() => undefined)));
  assert.equal(await stopped, 0);
  const found = new Set((await inLog('stop-')).map(({ content }) => content.transactionId));
  for (const [index, answer] of answers.entries()) {
    if (answer?.status === 202) assert.ok(found.has(`stop-${index}`));
  }
  const log = door.process.log();
  assert.ok(!log.includes(token) && !log.includes(account));
  door = await startDoor(stack, tokens.path, settings);
});

test('while the KMS is away nothing is taken in and 503 says so, and after it 202', async () => {
  // A door that has just been opened has no data key yet.
  stack.setKmsUnavailable(true);
  const away = await door.ask({ token, body: offered('kms-1') });
  assertProblem(away, 503, 'log_unavailable');
  assert.ok(Number(away.headers['retry-after']) > 0);
  assert.deepEqual(said(away).items, [{ status: 'unknown' }]);
  stack.setKmsUnavailable(false);
  await waitFor(async () => (await door.ask({ token, body: offered('kms-1') })).status === 202, {
    what: 'a door that has found the KMS again',
  });
  assert.equal((await inLog('kms-')).length, 1);
});
