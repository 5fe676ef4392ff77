import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { Command } from 'commander';
import { WeirError, type AlertAnswer } from '@weir/contracts';
import { createApiWorld, type Person } from '../../../../services/alerting/src/api/fixtures/api-world.ts';
import type { CommandContext } from '../command-context.ts';
import { addAlertsCommand } from '../commands/alerts.ts';
import { createTerminal } from '../terminal/terminal.ts';
import { connectAlerts } from './alerts-api.ts';
import { openOnRecord } from './open-evidence.ts';
import { showAlert } from './show-alert.ts';

const folder = mkdtempSync(join(tmpdir(), 'weir-alerts-'));
const world = createApiWorld();
let api: string;
let printed: string[];
let exitCode: number | undefined;

before(async () => {
  // The command goes by the clock of this machine.
  world.clock.nowMs = Date.now();
  await world.app.listen({ host: '127.0.0.1', port: 0 });
  api = `http://127.0.0.1:${(world.app.server.address() as AddressInfo).port}`;
});
after(async () => {
  await world.app.close();
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  printed = [];
  exitCode = undefined;
});

const terminal = createTerminal({ out: process.stdout, error: process.stderr, nowMs: () => 0 });

const contextOf = (who: Person): CommandContext => ({
  terminal: { ...terminal, print: (line) => void printed.push(line), say: (line) => void printed.push(line) },
  env: { WEIR_TOKEN: who },
  home: folder,
  exit: (code) => void (exitCode = code),
  stopping: new AbortController().signal,
});

/** `weir alerts …`, as somebody. */
async function weir(who: Person, ...args: readonly string[]): Promise<string> {
  printed = [];
  const program = new Command('weir').exitOverride();
  addAlertsCommand(program, contextOf(who));
  await program.parseAsync(
    ['alerts', ...args, ...(args[0] === 'silence' || args[1] === 'check' ? [] : ['--api', api])],
    {
      from: 'user',
    },
  );
  return printed.join('\n');
}

const silence = (who: Person, ...args: readonly string[]) => weir(who, 'silence', ...args, '--api', api);

test('an alert is listed, acknowledged by the beginning of its id, and closed; a script gets an array', async () => {
  const alertId = await world.hold(2);
  const id = alertId.slice(0, 8);
  assert.match(await weir('ana', 'list'), new RegExp(`${id}.*new.*2 held`));
  assert.match(await weir('ana', 'ack', id), /is acknowledged$/);
  assert.match(await weir('ana', 'ack', id), /is acknowledged already; nothing has changed/);
  assert.match(await weir('ana', 'snooze', id, '--for', '8h', '--reason', 'they call back'), /snoozed until/);
  const closed = await weir('ana', 'close', id, '--as', 'false-positive', '--reason', 'a salary');
  assert.match(closed, /is closed, false positive$/);
  assert.equal(await weir('ana', 'list'), 'No alerts.');
  const [listed] = JSON.parse(await weir('ana', 'list', '--all', '--json')) as AlertAnswer[];
  assert.deepEqual([listed?.alertId, listed?.handledBy], [alertId, 'ana']);
  assert.deepEqual(JSON.parse(await weir('ana', 'list', '--json')), []);
  await assert.rejects(weir('ana', 'ack', id), { exitCode: 1, message: /closed: reopen it first/ });
});

test('of several alerts one that can not be changed keeps none of the others back, and is named', async () => {
  const closed = await world.hold(1, 'a1_DDECAwQFBgcICQoLDA0ODw');
  await weir('ana', 'close', closed, '--as', 'false-positive', '--reason', 'a salary');
  const open = await world.hold(1, 'a1_EEECAwQFBgcICQoLDA0ODw');
  const said = await weir('ana', 'ack', closed.slice(0, 8), open.slice(0, 8));
  assert.match(said, new RegExp(`^${closed.slice(0, 8)}: .*reopen it first`));
  assert.match(said, new RegExp(`${open.slice(0, 8)}\\w+ is acknowledged$`));
  assert.equal(exitCode, 1);
});

test('of a long alert the transaction that tells most is shown first, and a short list says that there are more', async () => {
  const account = 'a1_FFECAwQFBgcICQoLDA0ODw';
  await world.hold(55, account);
  const alertId = await world.hold(1, account, { verdict: { score: 0.99 } });
  const { alert } = (await world.ask('ana', `/v1/alerts/${alertId}`)).body as { alert: AlertAnswer };
  const shown = await weir('ana', 'show', alertId, '--sealed', '--json', '--entries', '2');
  const { entries } = JSON.parse(shown) as { entries: { entryId: string }[] };
  assert.deepEqual([entries.length, entries[0]?.entryId], [2, alert.gravest]);
  await weir('ana', 'list', '--all', '--json', '--lines', '1');
  assert.deepEqual(
    [(JSON.parse(printed[0] ?? '') as []).length, printed[1]],
    [1, 'There are more: --lines 2'],
  );
});

test('a release is asked for by one and approved by another, and each is told what comes next', async () => {
  const alertId = await world.hold(1, 'a1_BBECAwQFBgcICQoLDA0ODw');
  const id = alertId.slice(0, 10);
  assert.match(
    await weir('ana', 'release', id, '--reason', 'known'),
    /^(\S+) waits for the approval of another token: npx weir alerts approve \S+ --transaction \1$/,
  );
  await assert.rejects(weir('ana', 'approve', id), { exitCode: 77, message: /asked for/ });
  assert.match(await weir('ben', 'approve', id), /is approved and goes on its way/);
  assert.match(await weir('ben', 'approve', id), /nothing has changed/);
});

test('what goes wrong ends with a code for scripts and a sentence for people', async () => {
  await assert.rejects(weir('ana', 'show', '00000000', '--sealed'), { exitCode: 1 });
  await assert.rejects(weir('ben', 'close', '00000000', '--as', 'true-positive', '--reason', 'x'), {
    exitCode: 77,
  });
  await assert.rejects(weir('nobody', 'list'), { exitCode: 77 });
  await assert.rejects(weir('ana', 'ack'), { exitCode: 64, message: /Name alerts/ });
  await assert.rejects(weir('ana', 'snooze', '00000000', '--for', 'long', '--reason', 'x'), { exitCode: 64 });
  const program = new Command('weir').exitOverride();
  addAlertsCommand(program, { ...contextOf('ana'), env: {} });
  const nowhere = ['alerts', 'list', '--api', 'https://127.0.0.1:1'];
  await assert.rejects(program.parseAsync(nowhere, { from: 'user' }), {
    exitCode: 64,
    message: /Which token/,
  });
  await assert.rejects(program.parseAsync(['alerts', 'list'], { from: 'user' }), { exitCode: 69 });
});

test('an alert is shown without opening anything, or as its evidence says once that is on record', async () => {
  const alertId = await world.hold(1, 'a1_CCECAwQFBgcICQoLDA0ODw');
  const sealed = await weir('ana', 'show', alertId.slice(0, 8), '--sealed');
  assert.match(sealed, new RegExp(`alert +${alertId}`));
  assert.match(sealed, /What was done\n.*opened {2}by alerting/);
  assert.match(sealed, /weir alerts release/);
  const { entries } = (await world.ask('ana', `/v1/alerts/${alertId}/entries`)).body as unknown as {
    entries: Parameters<typeof openOnRecord>[2];
  };
  const alert = (await world.ask('ana', `/v1/alerts/${alertId}`)).body['alert'] as AlertAnswer;
  const recorded: string[] = [];
  const opsOf = (record: () => Promise<void>) => ({
    opener: world.parts.opening.opener,
    environment: 'test',
    recorder: () => ({
      record,
      recordBefore: () => assert.fail('one entry is enough'),
      close: async () => undefined,
    }),
  });
  const opened = await openOnRecord(
    opsOf(async () => void recorded.push('evidence_opened')),
    alert,
    entries,
  );
  assert.deepEqual(recorded, ['evidence_opened']);
  assert.equal(opened[0]?.kind, 'transaction');
  const away = () => Promise.reject(new WeirError('audit_unavailable', 'nobody writes it'));
  await assert.rejects(openOnRecord(opsOf(away), alert, entries), { code: 'audit_unavailable' });
  const detail = (await world.ask('ana', `/v1/alerts/${alertId}`)).body as never;
  const lines = showAlert({ detail, changes: [], deliveries: [], entries, opened }).join('\n');
  assert.match(lines, new RegExp(`npx weir explain ${entries[0]?.entryId}`));
  const altered = entries.map((one) => ({
    ...one,
    evidence: one.evidence === null ? null : { ...one.evidence, key: 'somebody else' },
  }));
  const [unreadable] = await openOnRecord(
    opsOf(async () => undefined),
    alert,
    altered,
  );
  assert.equal(unreadable?.kind, 'unreadable');
  assert.match(
    showAlert({ detail, changes: [], deliveries: [], entries, opened: [{ kind: 'unreadable' }] }).join('\n'),
    /Its evidence can not be read/,
  );
});

test('silences are added with an end and a reason, listed, and ended', async () => {
  const added = await silence('ops', 'add', '--rule', 'large_amount', '--for', '8h', '--reason', 'month end');
  const [, id = ''] = /silence end (\S+)/.exec(added) ?? [];
  assert.match(await silence('ops', 'list'), /large_amount.*month end/);
  assert.match(await silence('ops', 'end', id), /keeps nothing quiet any more/);
  assert.equal(await silence('ops', 'list'), 'Nothing is kept quiet.');
  await assert.rejects(silence('ops', 'add', '--for', '8h', '--reason', 'everything'), { exitCode: 64 });
});

test('failed deliveries, samples and routes are asked for', async () => {
  assert.match(await weir('ops', 'failed'), /Everything could be delivered/);
  assert.match(await weir('ops', 'retry', '--all'), /^0 deliveries/);
  await assert.rejects(weir('ops', 'retry'), { exitCode: 64 });
  assert.equal(await weir('ops', 'test'), 'There are no receivers.');
  await assert.rejects(weir('ops', 'test', 'nobody'), { exitCode: 1 });
  await weir('ana', 'route', '--severity', 'high', '--amount-minor', '900000', '--currency', 'EUR');
  await assert.rejects(weir('ana', 'route'), { exitCode: 64, message: /Which alert/ });
  assert.equal(exitCode, undefined);
});

test('a routing document is checked by line', async () => {
  const file = join(folder, 'routes.yaml');
  writeFileSync(
    file,
    'receivers:\n  - { id: desk, channel: mail, to: [desk@bank.example] }\nroutes:\n  - id: all\n    to: [desk]\n    waitSeconds: soon\n',
  );
  await assert.rejects(weir('ana', 'route', 'check', file), {
    exitCode: 78,
    message: /routes\.yaml:6:\d+ {2}routes\.0\.waitSeconds/,
  });
});

test('a command that is told nothing goes to the stack that runs here, and says so where none does', () => {
  assert.throws(() => connectAlerts({}, contextOf('ana')), { exitCode: 69 });
  assert.throws(() => connectAlerts({ api: 'http://alerts.example' }, contextOf('ana')), { exitCode: 64 });
});
