import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { events, maxOfferedBytes, modelSnapshot, streams, type RejectedRecord } from '@weir/contracts';
import { canaries, findCanaries, waitFor } from '@weir/testkit';
import {
  startIngestStack,
  type IngestProcess,
  type IngestStack,
  type PlacedTransaction,
} from './fixtures/ingest-stack.ts';
import { inFlight } from './ledger/counts.ts';
import type { Summary } from './run-report.ts';

let stack: IngestStack;
before(async () => {
  stack = await startIngestStack();
});
after(() => stack.stop());

const accountOf = (index: number): string => `account-${index % 37}`;

function line(index: number, more: object = {}): string {
  return JSON.stringify({
    transactionId: `t${index}`,
    account: { other: { id: accountOf(index) } },
    creditDebitIndicator: 'DBIT',
    amount: '12.34',
    currency: 'EUR',
    eventTime: new Date(Date.UTC(2026, 0, 1) + index * 1_000).toISOString(),
    ...more,
  });
}

const lines = (count: number): string =>
  Array.from({ length: count }, (_, index) => `${line(index)}\n`).join('');

function addsUp(summary: Summary | undefined): asserts summary is Summary {
  assert.ok(summary, 'there is a summary');
  assert.equal(inFlight(summary), 0);
}

/** Every account's transactions in the order of the file, each at least once, repeats only after it. */
function assertOrderKept(found: readonly PlacedTransaction[], count: number): void {
  const firsts = new Map<string, string[]>();
  const seen = new Set<string>();
  for (const { content, id } of found) {
    if (seen.has(id)) continue;
    seen.add(id);
    const account = JSON.stringify(content.account);
    firsts.set(account, [...(firsts.get(account) ?? []), content.transactionId]);
  }
  assert.equal(seen.size, count, 'every line is in the log');
  for (const ids of firsts.values()) {
    const numbers = ids.map((id) => Number(id.slice(1)));
    assert.deepEqual(
      numbers,
      numbers.toSorted((a, b) => a - b),
    );
  }
}

const acknowledgedSoFar = (process: IngestProcess): number => {
  const last = process.messages.at(-1);
  return last?.kind === 'progress' ? last.acknowledged : 0;
};

test('nothing is accepted before the log is open, and opening it twice at different times is one opening', async () => {
  const early = await stack.run(stack.sourceEnv('early.ndjson', lines(1)));
  assert.equal(early.code, 76);
  assert.match(early.log, /run ingest with MODE=open-log first/);

  assert.equal((await stack.openLog()).code, 0);
  assert.equal((await stack.openLog()).code, 0);
  const controls = await stack.controls();
  assert.deepEqual(
    controls.map(({ partition, offset }) => [partition, offset]),
    [0, 1, 2, 3].map((partition) => [partition, 0]),
  );
});

const now = Date.now();
const badLines: [string, string | Buffer, string, string][] = [
  ['malformed JSON', '{"transactionId":', 'not_json', ''],
  ['an unknown field', line(0, { note: 'x' }), 'field_unknown', ''],
  ['a wrong type', line(0, { amount: 12.34 }), 'field_type', 'amount'],
  ['a negative amount', line(0, { amount: '-1.00' }), 'amount_not_positive', 'amount'],
  ['a zero amount', line(0, { amount: '0.00' }), 'amount_not_positive', 'amount'],
  ['five decimals', line(0, { amount: '1.00001' }), 'amount_precision', 'amount'],
  ['an amount above the limit', line(0, { amount: '10000000000000.01' }), 'amount_too_large', 'amount'],
  ['an unknown currency', line(0, { currency: 'EUX' }), 'currency_unknown', 'currency'],
  ['an impossible date', line(0, { eventTime: '2025-02-29T00:00:00Z' }), 'date_impossible', 'eventTime'],
  [
    'a date in the far future',
    line(0, { eventTime: new Date(now + 400 * 86_400_000).toISOString() }),
    'date_in_future',
    'eventTime',
  ],
  ['a record of 2 MB', `{"x":"${'y'.repeat(2_000_000)}"}`, 'record_too_large', ''],
  [
    'invalid UTF-8',
    Buffer.concat([Buffer.from('{"x":"'), Buffer.of(0xff), Buffer.from('"}')]),
    'not_utf8',
    '',
  ],
  [
    'a NUL in a name',
    line(0, { counterparty: { name: 'A\u0000B' } }),
    'control_character',
    'counterparty.name',
  ],
  [
    'a full card number',
    line(0, { remittanceInformation: 'card 4111 1111 1111 1111' }),
    'card_number',
    'remittanceInformation',
  ],
  [
    'an IBAN with a wrong check digit',
    line(0, { account: { iban: 'NL92ABNA0417164300' } }),
    'iban_invalid',
    'account.iban',
  ],
];

test('every bad input ends in the rejected topic with its reason, and the good ones around it in the log', async () => {
  const parts = badLines.flatMap(([, bad], index) => [line(index + 1), bad]);
  const content = Buffer.concat(
    [...parts, line(99)].flatMap((part) => [Buffer.from(part), Buffer.from('\n')]),
  );
  const { code, summary } = await stack.run(stack.sourceEnv('bad.ndjson', content));
  assert.equal(code, 0);
  addsUp(summary);
  assert.equal(summary.acknowledged, badLines.length + 1);
  assert.equal(summary.rejected, badLines.length);
  assert.equal((await stack.transactions('bad-ndjson')).length, badLines.length + 1);

  const byLine = new Map<number, RejectedRecord>();
  for (const record of await stack.rejected('bad-ndjson')) {
    assert.equal(record.origin.kind, 'source');
    byLine.set(record.origin.line, record);
  }
  assert.equal(byLine.size, badLines.length);
  for (const [index, [what, bad, expected, path]] of badLines.entries()) {
    const record = byLine.get(2 * index + 2);
    assert.deepEqual(record?.rejections, [{ code: expected, path }], what);
    const whole = Buffer.from(bad);
    assert.deepEqual(Buffer.from(record.original ?? []), whole.subarray(0, maxOfferedBytes), what);
    assert.equal(record.originalBytes, whole.length, what);
    assert.equal(record.originalSha256, createHash('sha256').update(whole).digest('hex'), what);
  }
});

test('the report counts what was rejected by code and path, with lines and without any value', async () => {
  const content = [line(1), line(2, { amount: 'Ottilie' }), line(3, { amount: 'Ottilie' })].join('\n');
  const env = stack.sourceEnv('report.ndjson', content);
  const reportFile = join(stack.folder, 'report.json');
  const { summary, log } = await stack.run({ ...env, REPORT_FILE: reportFile });
  const kinds = [{ code: 'field_format', path: 'amount', count: 2, firstLines: [2, 3] }];
  assert.deepEqual(summary?.rejections, kinds);
  const report = readFileSync(reportFile, 'utf8');
  assert.deepEqual((JSON.parse(report) as Summary).rejections, kinds);
  assert.doesNotMatch(report + log + JSON.stringify(summary), /Ottilie/);
});

test('an empty file is fed, with a warning that it holds nothing', async () => {
  const { code, summary, log } = await stack.run(stack.sourceEnv('empty.ndjson', ''));
  assert.equal(code, 0);
  assert.equal(summary?.offered, 0);
  assert.match(log, /"level":"warn".*the input holds no record/);
});

test('CSV with a missing column is one error that names it, and nothing is offered', async () => {
  const mapping = new URL('../../../packages/cli/mappings/handbook.json', import.meta.url).pathname;
  const env = stack.sourceEnv(
    'columns.csv',
    'tx_id,datetime,customer_id,amount\n1,2018-04-01T00:00:00Z,1,1.00\n',
  );
  const process = stack.start({ ...env, MAPPING_FILE: mapping });
  const { code, summary } = await process.exited;
  assert.equal(code, 65);
  assert.equal(summary?.offered, 0);
  const problem = process.messages.find((message) => message.kind === 'problem');
  assert.match(problem?.message ?? '', /"terminal_id"/);
});

test('a gzipped CSV under a mapping is fed, and again only on demand', async () => {
  const header = 'tx_id,ts,datetime,customer_id,terminal_id,amount,fraud,scenario\n';
  const rows = Array.from(
    { length: 50 },
    (_, index) => `${index},0,2018-04-01T00:00:${10 + index}Z,${index % 5},9,85.64999999999999,1,3\n`,
  );
  const mapping = new URL('../../../packages/cli/mappings/handbook.json', import.meta.url).pathname;
  const env = {
    ...stack.sourceEnv('week.csv.gz', gzipSync(header + rows.join(''))),
    MAPPING_FILE: mapping,
    SOURCE: 'handbook',
  };
  const week = { ...env, UNTIL_EVENT_TIME: '2018-04-01T00:00:40Z' };
  const first = await stack.run(week);
  assert.deepEqual([first.code, first.summary?.offered, first.summary?.state], [0, 30, 'stopped_at_limit']);
  const rest = await stack.run(env);
  assert.deepEqual([rest.code, rest.summary?.offered, rest.summary?.state], [0, 50, 'finished']);
  const again = await stack.run(env);
  assert.equal(again.code, 73);
  assert.match(again.log, /FORCE=true feeds it again/);
  assert.equal((await stack.transactions('handbook')).length, 50);
  const forced = await stack.run({ ...env, FORCE: 'true' });
  assert.equal(forced.summary?.acknowledged, 50);
  const found = await stack.transactions('handbook');
  assert.equal(found.length, 100);
  assert.equal(new Set(found.map(({ id }) => id)).size, 50);
});

test('nothing of a payload can be read on the topics, in the log lines or in the ledger', async () => {
  const secret = {
    remittanceInformation: canaries.description,
    counterparty: { name: canaries.counterpartyName, account: { other: { id: canaries.accountName } } },
  };
  const env = stack.sourceEnv(
    'canary.ndjson',
    [line(1, secret), line(2, { ...secret, account: { iban: canaries.iban }, amount: '-1' })].join('\n'),
  );
  const { code, summary, log } = await stack.run(env);
  assert.equal(code, 0);
  assert.deepEqual([summary?.acknowledged, summary?.rejected], [1, 1]);
  const records = [...(await stack.raw('received')), ...(await stack.raw('rejected'))];
  for (const { key, value, headers } of records) {
    for (const bytes of [key, value, ...Object.values(headers)])
      assert.deepEqual(findCanaries(bytes ?? Buffer.of()), []);
  }
  assert.deepEqual(findCanaries(Buffer.from(log)), []);
  assert.deepEqual(findCanaries(readFileSync(env['LEDGER_FILE'] ?? '')), []);
});

test('no file is code 66, and a file that is gzip in name only is 65', async () => {
  const env = stack.sourceEnv('gone.ndjson', '');
  assert.equal((await stack.run({ ...env, INPUT_FILE: join(stack.folder, 'nowhere') })).code, 66);
  assert.equal((await stack.run(stack.sourceEnv('plain.ndjson.gz', lines(1)))).code, 65);
});

test('after kill -9 the same command goes on: every line is in the log, in order per account', async () => {
  const count = 30_000;
  const env = stack.sourceEnv('killed.ndjson', lines(count));
  const killed = stack.start(env);
  await waitFor(() => acknowledgedSoFar(killed) > count / 5, {
    what: 'a fifth of the file to be acknowledged',
  });
  killed.kill('SIGKILL');
  await killed.exited;
  const { position } = JSON.parse(readFileSync(env['LEDGER_FILE'] ?? '', 'utf8')) as {
    position: { line: number };
  };
  assert.ok(position.line < count);

  const resumed = await stack.run(env);
  assert.equal(resumed.code, 0);
  addsUp(resumed.summary);
  assert.deepEqual([resumed.summary.offered, resumed.summary.acknowledged], [count, count]);
  const found = await stack.transactions('killed-ndjson');
  assertOrderKept(found, count);
  // What was sent twice is, but for its place, the same record.
  const contents = new Map(found.map(({ id, content }) => [id, JSON.stringify(content)]));
  for (const { id, content } of found) assert.equal(JSON.stringify(content), contents.get(id));
});

test('a stop ends the run cleanly, and the same command goes on', async () => {
  const count = 30_000;
  const env = stack.sourceEnv('stopped.ndjson', lines(count));
  const stopped = stack.start(env);
  await waitFor(() => acknowledgedSoFar(stopped) > count / 5, {
    what: 'a fifth of the file to be acknowledged',
  });
  stopped.kill('SIGTERM');
  const { code, summary } = await stopped.exited;
  assert.equal(code, 0);
  addsUp(summary);
  assert.equal(summary.state, 'interrupted');
  assert.ok(summary.offered < count);
  assert.equal((await stack.run(env)).summary?.acknowledged, count);
  assertOrderKept(await stack.transactions('stopped-ndjson'), count);
});

test('a broker that is killed and comes back costs nothing but time', async () => {
  const count = 30_000;
  const process = stack.start(stack.sourceEnv('broker.ndjson', lines(count)));
  await waitFor(() => acknowledgedSoFar(process) > count / 5, {
    what: 'a fifth of the file to be acknowledged',
  });
  await stack.kafka.kill();
  await stack.kafka.restart();
  const { code, summary } = await process.exited;
  assert.equal(code, 0);
  addsUp(summary);
  assert.equal(summary.acknowledged, count);
  assertOrderKept(await stack.transactions('broker-ndjson'), count);
});

test('while the KMS is away nothing is sent, and the run ends with 75 and a ledger to go on from', async () => {
  const env = stack.sourceEnv('kms.ndjson', lines(100));
  const sent = async () => (await stack.transactions('kms-ndjson')).length;
  // The log is checked before the first record is sealed, and that needs the KMS too.
  const process = stack.start({ ...env, OUTAGE_LIMIT_MS: '2000' });
  stack.setKmsUnavailable(true);
  try {
    assert.equal((await process.exited).code, 75);
  } finally {
    stack.setKmsUnavailable(false);
  }
  assert.equal(await sent(), 0);
  assert.equal((await stack.run(env)).summary?.acknowledged, 100);
  assert.equal(await sent(), 100);
});

test('a KMS that comes back in time costs nothing, and no record went out in clear meanwhile', async () => {
  stack.setKmsUnavailable(true);
  const process = stack.start(stack.sourceEnv('kms-back.ndjson', lines(100)));
  try {
    await waitFor(() => process.log().includes('"code":"kms_unavailable"'), {
      what: 'the outage to be noticed',
    });
  } finally {
    stack.setKmsUnavailable(false);
  }
  const { code, summary } = await process.exited;
  assert.equal(code, 0);
  assert.equal(summary?.acknowledged, 100);
  assert.equal((await stack.transactions('kms-back-ndjson')).length, 100);
});

test('standard input is fed whole each time', async () => {
  const env = { ...stack.sourceEnv('stdin.ndjson', ''), INPUT_FILE: '-' };
  for (const times of [1, 2]) {
    const { code, summary } = await stack.run(env, lines(10));
    assert.equal(code, 0);
    assert.equal(summary?.acknowledged, 10);
    assert.equal((await stack.transactions('stdin-ndjson')).length, 10 * times);
  }
});

test('outcomes are imported by the pseudonyms their transactions came in by, bad lines are kept, and it is audited', async (context) => {
  context.after(stack.keepTrail());
  const fed = await stack.run(stack.sourceEnv('reported.ndjson', lines(3)));
  assert.equal(fed.code, 0);
  const ids = (await stack.transactions('reported-ndjson')).map(({ id }) => id);
  const csv = [
    'outcome,account.other.id,transactionId,reportedAt',
    ...[0, 1, 2].map((index) => `true_positive,${accountOf(index)},t${index},2026-01-02T00:00:00Z`),
    'maybe,account-1,t1,2026-01-02T00:00:00Z',
  ].join('\n');
  const env = {
    ...stack.sourceEnv('reports.csv', csv),
    ...{ MODE: 'outcomes', SOURCE: 'reports', ACTING_PERSON: 'ada' },
  };
  for (const times of [1, 2]) {
    const { code, summary, log } = await stack.run(env);
    assert.equal(code, 0, log);
    assert.deepEqual([summary?.acknowledged, summary?.rejected], [3, 1]);
    assert.deepEqual(summary?.rejections, [
      { code: 'field_format', path: 'outcome', count: 1, firstLines: [5] },
    ]);
    const reports = await stack.outcomes();
    assert.equal(reports.length, 3 * times);
    assert.equal(new Set(reports.map(({ id }) => id)).size, 3);
    assert.deepEqual(new Set(reports.map(({ transaction }) => transaction)), new Set(ids));
    assert.doesNotMatch(log, /account-\d|maybe/);
  }
  assert.equal((await stack.rejected('reports')).length, 2);
  const asked = (await stack.audited()).filter(({ action }) => action === 'outcomes_imported');
  assert.deepEqual(
    asked.map(({ actor, result, details }) => [actor.name, result, details['acknowledged']]),
    [
      ['ada', 'begun', undefined],
      ['ada', 'done', 3],
      ['ada', 'begun', undefined],
      ['ada', 'done', 3],
    ],
  );
});

test('who follows brings the newest model into force; a person activates, rolls back and thaws', async (context) => {
  context.after(stack.keepTrail());
  const snapshotOf = (version: number) =>
    modelSnapshot.parse({
      ref: `learned@${version}`,
      cutAt: '2026-01-01T00:00:00.000Z',
      delayMs: 0,
      learned: { transactions: version, frauds: 0 },
      // Of more than one part.
      knowledge: {
        ...{ peers: [], accounts: [], model: null },
        counterparties: Array.from({ length: 15_000 }, (_, index) => [`c${index}`, 0, 0, 0, 0, 0, 0, 0]),
      },
    });
  const inForce = async () => {
    const { activations, modelPolicy } = await stack.artefacts();
    return [...activations.map(({ sequence, artefact }) => `${sequence} ${artefact}`), modelPolicy?.mode];
  };
  await stack.publishModel(snapshotOf(1));
  await stack.publishModel(snapshotOf(2));
  const follower = stack.start({ MODE: 'follow', FOLLOW_EVERY_MS: '100' });
  context.after(() => follower.kill('SIGKILL'));
  await waitFor(async () => (await inForce()).includes('1 learned@2'), {
    what: 'a model to come into force',
  });
  const person = { ACTING_PERSON: 'ada' };
  const activated = await stack.run({ ...person, MODE: 'activate-model', MODEL: 'learned@1' });
  assert.equal(activated.code, 0, activated.log);
  assert.deepEqual(await inForce(), ['1 learned@2', '2 learned@1', 'frozen']);
  const back = await stack.run({ ...person, MODE: 'roll-back-model' });
  assert.equal(back.code, 0, back.log);
  await stack.publishModel(snapshotOf(3));
  const thawed = await stack.run({ ...person, MODE: 'model-policy', MODEL_POLICY: 'follow' });
  assert.equal(thawed.code, 0, thawed.log);
  await waitFor(async () => (await inForce()).includes('4 learned@3'), { what: 'the newest after the thaw' });
  assert.deepEqual(await inForce(), [
    ...['1 learned@2', '2 learned@1', '3 learned@2', '4 learned@3'],
    'follow',
  ]);
  follower.kill('SIGTERM');
  assert.equal((await follower.exited).code, 0);
  const unknown = await stack.run({ ...person, MODE: 'activate-model', MODEL: 'learned@9' });
  assert.equal(unknown.code, 76);
});

test('what ingest writes is what the contract says of the two topics', async () => {
  const allowed = {
    received: [events.transactionReceived.type, events.control.type],
    rejected: [events.recordRejected.type],
  };
  for (const stream of ['received', 'rejected'] as const) {
    const records = await stack.raw(stream);
    assert.ok(records.length > 0);
    for (const { topic, headers } of records) {
      assert.equal(topic, streams[stream].topic);
      assert.ok(allowed[stream].includes(String(headers['ce_type'])));
    }
  }
});
