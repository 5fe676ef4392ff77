import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'node:tls';
import type { ConnectionOptions } from 'node:tls';
import { after, before, test } from 'node:test';
import { streams } from '@weir/contracts';
import { createKafka } from '@weir/kafka';
import type { KafkaClient } from '@weir/kafka';
import { createDevelopmentAuthority, readRoleEnvironment } from '@weir/local';
import { waitFor } from '@weir/testkit';
import { openRedis } from '@weir/window-store';
import { offeredFile } from './offered-file.ts';
import { weirIn } from './weir-command.ts';

const weir = weirIn({ WEIR_SECURE: '1' });
let addresses: Record<string, string> = {};

before(async () => {
  const up = await weir.run('up');
  assert.equal(up.code, 0, up.stderr);
  ({ addresses } = (await weir.json('status', '--json')) as { addresses: Record<string, string> });
});
after(async () => {
  const down = await weir.run('down');
  assert.equal(down.code, 0, down.stderr);
});

/** What one client shows: a certificate and its key, and whom it trusts. */
type Identity = { readonly ca: string; readonly cert?: string; readonly key?: string };

const party = (name: string): Required<Identity> => {
  const read = (file: string): string => readFileSync(join(weir.home, 'tls/parties', name, file), 'utf8');
  return { ca: read('ca.pem'), cert: read('cert.pem'), key: read('key.pem') };
};

/** A certificate like detection's, of an authority that is called like ours. */
const stranger = async (): Promise<Identity> => {
  const issued = await (await createDevelopmentAuthority()).issue({ name: 'detection', use: 'client' });
  return { ca: party('detection').ca, cert: issued.certPem, key: issued.keyPem };
};

type Port = { readonly name: string; readonly port: number; readonly question: Buffer; readonly own: string };

/** Kafka's ApiVersions request, version 0: the one thing that is answered before a client says who it is. */
const apiVersions = Buffer.from('0000000a00120000000000010000', 'hex');
const getHealth = Buffer.from('GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n');
const portOf = (address: string | undefined): number => Number(/:(\d+)\/?$/.exec(address ?? '')?.[1]);

/** Everything of the stack that speaks TLS, and who is let in there. */
const tlsPorts = (): readonly Port[] => {
  const settings = readFileSync(join(weir.home, 'kafka/server.properties'), 'utf8');
  const listener = (name: string): number =>
    Number(new RegExp(`^listeners=.*${name}://[^:]+:(\\d+)`, 'm').exec(settings)?.[1]);
  return [
    { name: 'kafka', port: listener('BROKER'), question: apiVersions, own: 'detection' },
    { name: 'inner', port: listener('INNER'), question: apiVersions, own: 'kafka/inner' },
    { name: 'controller', port: listener('CONTROLLER'), question: apiVersions, own: 'kafka/inner' },
    { name: 'redis', port: portOf(addresses['REDIS_URL']), question: Buffer.from('PING\r\n'), own: 'redis' },
    { name: 'kms', port: portOf(addresses['KMS_ENDPOINT']), question: getHealth, own: 'detection' },
    { name: 'door', port: portOf(addresses['DOOR_URL']), question: getHealth, own: 'detection' },
    { name: 'replays', port: portOf(addresses['REPLAYS_URL']), question: getHealth, own: 'detection' },
  ];
};

/** Whether a port answers what it is asked; a certificate is refused only after the handshake. */
async function isServed({ port, question }: Port, options: ConnectionOptions): Promise<boolean> {
  const socket = connect({ port, host: '127.0.0.1', ...options });
  const { promise, resolve } = Promise.withResolvers<boolean>();
  socket.once('secureConnect', () => socket.write(question));
  socket.once('data', () => resolve(true));
  socket.once('error', () => resolve(false));
  socket.once('close', () => resolve(false));
  socket.setTimeout(5_000, () => resolve(false));
  return promise.finally(() => socket.destroy());
}

const kafkaAs = (
  role: 'detection' | 'downstream' | 'replay',
  changes: { password?: string; tls?: Identity } = {},
): KafkaClient => {
  const env = readRoleEnvironment(weir.home, role);
  return createKafka({
    brokers: [env['KAFKA_BROKERS'] ?? ''],
    clientId: `weir-local-${role}`,
    tls: changes.tls ?? party(role),
    sasl: {
      mechanism: 'scram-sha-512',
      username: role,
      password: changes.password ?? env['KAFKA_SASL_PASSWORD'] ?? '',
    },
    logger: () => undefined,
  });
};

/** Does something with a client and closes it, whatever comes of it. */
async function using<Result>(
  kafka: KafkaClient,
  act: (kafka: KafkaClient) => Promise<Result>,
): Promise<Result> {
  try {
    return await act(kafka);
  } finally {
    await kafka.close();
  }
}

test('with TLS, passwords and grants between the parts a file becomes verdicts and an alert', async () => {
  const file = join(weir.home, 'offered.ndjson');
  writeFileSync(file, offeredFile.bytes);
  const summary = (await weir.json('ingest', file, '--json')) as { acknowledged: number };
  assert.equal(summary.acknowledged, offeredFile.accepted);
  type Ledgers = { balanced: boolean; total: { waiting: number; cleared: number; held: number } };
  const ledgers = await waitFor(
    async () => {
      const now = (await weir.json('ledger', '--json')) as Ledgers;
      return now.total.held > 0 && now.total.waiting === 0 ? now : undefined;
    },
    { deadlineMs: 60_000, what: 'every record to be decided' },
  );
  assert.ok(ledgers.balanced);
  assert.equal(ledgers.total.cleared, offeredFile.cleared);
  const mails = async (): Promise<{ subject: string }[]> =>
    (await (await fetch(`${addresses['INBOX_URL']}/api/mails`)).json()) as { subject: string }[];
  await waitFor(async () => (await mails()).length > 0, { what: 'an alert in the inbox' });
});

type Check = { readonly id: string; readonly status: string; readonly what: string };
type Examination = { readonly ok: boolean; readonly checks: readonly Check[] };

test('the doctor gets through TLS, passwords and grants, and finds nothing amiss behind them', async () => {
  const added = await weir.run('tokens', 'add', 'bank-a', '--expires-in-days', '3');
  assert.equal(added.code, 0, added.stderr);
  const { checks } = (await weir.json('doctor', '--json')) as Examination;
  // How full the machine is that runs this test is not its subject.
  const behind = checks.filter(({ id }) => !/^machine\.(memory|disk|openFiles)/.test(id));
  const unwell = behind.filter(({ status }) => status === 'fail' || status === 'warn');
  assert.deepEqual(
    unwell.map(({ id, what }) => `${id}: ${what}`),
    ['door.tokens: expire within 14 days: bank-a'],
  );
  const found = new Map(checks.map((check) => [check.id, check]));
  for (const name of ['broker', 'redis', 'kms'])
    assert.match(found.get(`${name}.tls`)?.what ?? '', /^TLSv1\.3; the certificate ends in \d+ days$/, name);
  for (const name of ['door', 'alerts', 'replay'])
    assert.match(found.get(`${name}.certificate`)?.what ?? '', /^TLSv1\.3/, name);
  const wells = [
    'machine.certificates:detection/Kafka',
    'machine.certificates:detection/Redis',
    'broker.settings',
    'broker.offsets',
    'log.name',
    'redis.log',
    `groups.positions:weir-notary/${streams.intake.topic}`,
    'kms.may:notary',
    'kms.mayNot:ingest',
    'kms.may:replay',
    'kms.mayNot:replay',
    'kms.keys:replay-signing',
    'kms.administration:replay',
    'kms.administration:detection',
    'kms.rotation:received',
    'audit.notary',
    'audit.checkpoint',
    'audit.signingKey',
    'replay.worker',
    'machine.certificates:replay/Kafka',
  ];
  for (const id of wells) assert.equal(found.get(id)?.status, 'ok', id);
});

test('the doctor names a role that is granted more than its work', async () => {
  const file = join(weir.home, 'keys/callers.json');
  const before = readFileSync(file, 'utf8');
  const callers = JSON.parse(before) as { name: string; allow: { operations: string[]; keys: string[] }[] }[];
  const detection = callers.find(({ name }) => name === 'detection');
  detection?.allow.push({ operations: ['ScheduleKeyDeletion'], keys: ['*'] });
  writeFileSync(file, JSON.stringify(callers));
  const examined = await weir.run('doctor', '--json').finally(() => writeFileSync(file, before));
  assert.equal(examined.code, 1, examined.stderr);
  const { ok, checks } = JSON.parse(examined.stdout) as Examination;
  assert.equal(ok, false);
  const found = checks.find(({ id }) => id === 'kms.administration:detection');
  assert.deepEqual([found?.status, found?.what], ['fail', 'may also ScheduleKeyDeletion on *']);
});

test('every port serves TLS 1.3 and refuses TLS 1.2', async () => {
  for (const port of tlsPorts()) {
    const identity = party(port.own);
    assert.equal(await isServed(port, identity), true, `${port.name} serves TLS 1.3`);
    assert.equal(
      await isServed(port, { ...identity, maxVersion: 'TLSv1.2' }),
      false,
      `${port.name} refuses TLS 1.2`,
    );
  }
});

test('Kafka and Redis refuse a client without a certificate, and one of another authority', async () => {
  const other = await stranger();
  const asking = tlsPorts().filter(({ name }) => !['kms', 'door', 'replays'].includes(name));
  for (const port of asking) {
    const { ca } = party(port.own);
    assert.equal(await isServed(port, { ca }), false, `${port.name} without a certificate`);
    assert.equal(await isServed(port, { ...other, ca }), false, `${port.name} with a stranger's`);
  }
});

test("the broker's own listeners take no worker's certificate", async () => {
  for (const port of tlsPorts().filter(({ own }) => own === 'kafka/inner')) {
    const { ca } = party('kafka/inner');
    assert.equal(await isServed(port, { ...party('detection'), ca }), false, port.name);
  }
});

test('Kafka and Redis refuse a wrong password behind a good certificate', async () => {
  await assert.rejects(
    using(kafkaAs('detection', { password: 'wrong' }), (kafka) =>
      kafka.topicPartitions(streams.received.topic),
    ),
    { code: 'config_invalid' },
  );
  const url = (readRoleEnvironment(weir.home, 'detection')['REDIS_URL'] ?? '').replace(/:[^:@]+@/, ':wrong@');
  await assert.rejects(openRedis({ url, tls: party('detection') }), { code: 'config_invalid' });
});

test('what a downstream system holds reads the cleared stream, and neither writes it nor sees what was held', async () => {
  await using(kafkaAs('downstream'), async (kafka) => {
    assert.equal(await kafka.topicPartitions(streams.cleared.topic), 4);
    await assert.rejects(kafka.topicPartitions(streams.held.topic), { code: 'config_invalid' });
    await assert.rejects(kafka.createProducer(), { code: 'config_invalid' });
  });
});

test('what replay holds reads verdicts by offset and by time, appends to no topic of the pipeline, sees no alert, and makes and removes topics of its own alone', async () => {
  await using(kafkaAs('replay'), async (kafka) => {
    const beginning = await kafka.offsetsAtTime(streams.received.topic, 0);
    assert.equal(beginning.size, 4);
    let cleared = 0;
    await kafka.readRange({
      topic: streams.cleared.topic,
      from: 'earliest',
      readCommitted: true,
      deadlineMs: 30_000,
      onRecord: () => void (cleared += 1),
    });
    assert.equal(cleared, offeredFile.cleared);
    assert.equal(await kafka.topicPartitions(streams.audit.topic), 1, 'it waits there for its acts');
    for (const name of ['alerts', 'outcomes'] as const)
      await assert.rejects(kafka.topicPartitions(streams[name].topic), { code: 'config_invalid' }, name);
    const producer = await kafka.createProducer();
    const record = { key: 'a', value: Buffer.from('not sealed'), headers: {} };
    for (const name of ['received', 'cleared', 'releases', 'audit'] as const)
      await assert.rejects(
        producer.append(streams[name].topic, 0, [record]),
        { code: 'config_invalid' },
        name,
      );
    await producer.close();
    const spec = { partitions: 1, replicationFactor: 1, config: {} };
    await assert.rejects(kafka.createTopic({ ...spec, topic: 'transactions.other' }), {
      code: 'config_invalid',
    });
    await assert.rejects(kafka.deleteTopic(streams.received.topic), { code: 'config_invalid' });
    const topic = 'weir.replay.secured';
    assert.equal(await kafka.createTopic({ ...spec, topic, config: { 'retention.ms': '60000' } }), 'created');
    const copying = await kafka.createProducer();
    assert.deepEqual(await copying.append(topic, 0, [record]), { firstOffset: 0 });
    await copying.close();
    assert.equal((await kafka.lastRecord(topic, 0))?.value?.toString(), 'not sealed');
    await using(kafkaAs('detection'), async (other) => assert.equal(await other.hasTopic(topic), false));
    await kafka.deleteTopic(topic);
    assert.equal(await kafka.hasTopic(topic), false);
  });
});
