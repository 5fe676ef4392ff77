import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { isRunning } from '@weir/local';
import { waitFor } from '@weir/testkit';
import { weirIn } from './weir-command.ts';

type State = {
  supervisor: { pid: number; startedAt: string };
  processes: { name: string; pid: number; startedAt: string }[];
};

const readState = (home: string): State =>
  JSON.parse(readFileSync(join(home, 'run', 'state.json'), 'utf8')) as State;

test('the first start shows a day, balances, stays until Ctrl-C, and leaves nothing behind', async () => {
  const weir = weirIn();
  const start = weir.start('start');
  await waitFor(() => start.output().includes('Ctrl-C stops everything'), {
    deadlineMs: 180_000,
    what: 'the end of the summary',
  });
  const output = start.output();
  assert.match(output, /Simulated day 0: 20,0\d\d transactions/);
  assert.match(output, /transactions were held; alerts of them go out by account/);
  assert.match(output, /Of \d+ simulated frauds \d+ were found/);
  assert.match(output, /Both ledgers balance\./);
  assert.match(output, /Alert mails +http:\/\/127\.0\.0\.1:\d+/);
  const processes = readState(weir.home).processes;
  assert.equal(processes.length, 10);

  start.signal('SIGINT');
  const { code } = await start.ended;
  assert.equal(code, 0);
  assert.deepEqual(processes.filter(isRunning), []);
  assert.equal((await weir.run('status')).code, 69);

  // A second start finds what the first one left, and tells the next day under new ids.
  const second = await weir.run('start', '--exit');
  assert.equal(second.code, 0, second.stderr);
  assert.match(second.stdout, /Simulated day 1: /);
  assert.match(second.stdout, /Both ledgers balance\./);
  assert.match(second.stdout, /simulator +day-0 +demo +finished/);
});

test('workers and the Redis killed under way cost no verdict and double none', async () => {
  const weir = weirIn();
  assert.equal((await weir.run('up')).code, 0);
  const simulate = weir.start('simulate');
  try {
    const kill = (name: string): void => {
      const found = readState(weir.home).processes.find((one) => one.name === name);
      assert.ok(found !== undefined, `${name} runs`);
      process.kill(found.pid, 'SIGKILL');
    };
    const decided = async (records: number): Promise<void> => {
      await waitFor(
        async () =>
          ((await weir.json('ledger', '--json')) as { total: { records: number } }).total.records > records,
        { deadlineMs: 120_000, what: `more than ${records} decided records` },
      );
    };
    await decided(100);
    kill('detection');
    await decided(4_000);
    kill('alerting');
    kill('detection');
    await decided(8_000);
    kill('redis');
    const { code, stdout, stderr } = await simulate.ended;
    assert.equal(code, 0, stdout + stderr);
    assert.match(stdout, /Both ledgers balance\./);
    await assertEachHeldIsTold(weir);
  } finally {
    simulate.signal('SIGKILL');
    assert.equal((await weir.run('down')).code, 0);
  }
});

async function assertEachHeldIsTold(weir: ReturnType<typeof weirIn>): Promise<void> {
  const read = async <Payload>(stream: string): Promise<Payload[]> => {
    const tail = await weir.run('tail', stream, '--all', '--no-follow', '--json');
    const lines = tail.stdout.trimEnd().split('\n');
    return lines.map((line) => (JSON.parse(line) as { payload: Payload }).payload);
  };
  type Verdict = { transaction: { transactionId: string }; sourcePartition: number; sourceOffset: number };
  const cleared = await read<Verdict>('cleared');
  const held = await read<Verdict>('held');
  const placeOf = (one: Verdict): string => `${one.sourcePartition}/${one.sourceOffset}`;
  const places = [...cleared, ...held].map(placeOf);
  assert.equal(new Set(places).size, places.length, 'no record of the log has two verdicts');
  const ids = [...cleared, ...held].map((one) => one.transaction.transactionId);
  assert.equal(new Set(ids).size, ids.length, 'no transaction has two verdicts');

  type Revision = { alertId: string; revision: number; kind?: string; transactionIds?: string[] };
  const revisions = (await read<Revision>('alerts')).filter(({ kind }) => kind !== undefined);
  const names = revisions.map(({ alertId, revision }) => `${alertId} ${revision}`);
  assert.equal(new Set(names).size, names.length, 'no revision is said twice');
  const latest = new Map<string, Revision>();
  for (const one of revisions.toSorted((a, b) => a.revision - b.revision)) latest.set(one.alertId, one);
  const alerted = [...latest.values()].flatMap(({ transactionIds }) => transactionIds ?? []);
  assert.deepEqual(alerted.toSorted(), held.map((one) => one.transaction.transactionId).toSorted());
  const { addresses } = (await weir.json('status', '--json')) as { addresses: Record<string, string> };
  const mails = (await (await fetch(`${addresses['INBOX_URL']}/api/mails`)).json()) as unknown[];
  assert.ok(mails.length > 0, 'people were told');
  assert.ok(mails.length < alerted.length, 'by fewer mails than transactions were held');
}

test('a port in use is told in one sentence that says what to do', async () => {
  const occupied = createServer().listen(0, '127.0.0.1');
  await once(occupied, 'listening');
  const address = occupied.address();
  assert.ok(address !== null && typeof address === 'object');
  try {
    const { code, stderr } = await weirIn({ WEIR_PORT_REDIS: String(address.port) }).run('up');
    assert.notEqual(code, 0);
    const said = stderr.trimEnd().split('\n').at(-1) ?? '';
    assert.match(said, new RegExp(`${address.port}`));
    assert.match(said, /WEIR_PORT_REDIS/);
  } finally {
    occupied.close();
  }
});

test('a missing JDK is told in one sentence that says what to do', async () => {
  const { code, stderr } = await weirIn({ PATH: '/nonexistent' }).run('up');
  assert.notEqual(code, 0);
  assert.match(stderr, /JDK|Java/);
});
