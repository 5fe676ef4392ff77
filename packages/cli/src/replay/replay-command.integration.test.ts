import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Command } from 'commander';
import { replayAnswer } from '@weir/replays';
import type { ReplayAnswer } from '@weir/replays';
import { makeTempFolder, waitFor } from '@weir/testkit';
import { exportedIban, exportingEngine } from '../../../../services/replay/src/fixtures/exporting-engine.ts';
import { createReplayWorld, scriptedEngine } from '../../../../services/replay/src/fixtures/replay-world.ts';
import type { CommandContext } from '../command-context.ts';
import { addReplayCommand } from '../commands/replay.ts';

const folder = makeTempFolder('weir-replay');
const closing: (() => Promise<void>)[] = [];
after(async () => {
  for (const close of closing) await close();
});

type Said = { readonly out: string; readonly said: string; readonly exitCode: number | undefined };

/** A service, and `weir replay …` as somebody who asks it. */
async function startWorld(options: Parameters<typeof createReplayWorld>[0] = {}) {
  const world = await createReplayWorld(options);
  await world.app.listen({ host: '127.0.0.1', port: 0 });
  closing.push(async () => {
    await world.app.close();
    await world.stop();
  });
  const api = `http://127.0.0.1:${(world.app.server.address() as AddressInfo).port}`;
  const pem = join(makeTempFolder('keys'), 'key.pem');
  writeFileSync(pem, world.publicKey.export({ format: 'pem', type: 'spki' }));
  async function weir(who: string, ...args: readonly string[]): Promise<Said> {
    const printed: string[] = [];
    const said: string[] = [];
    let exitCode: number | undefined;
    const context: CommandContext = {
      terminal: {
        print: (line) => void printed.push(line),
        say: (line) => void said.push(line),
        live: () => undefined,
      },
      env: { WEIR_TOKEN: who },
      home: folder,
      exit: (code) => void (exitCode = code),
      stopping: new AbortController().signal,
    };
    const program = new Command('weir').exitOverride();
    addReplayCommand(program, context);
    const offline = args[0] === 'verify' ? [] : ['--api', api];
    await program.parseAsync(['replay', ...args, ...offline], { from: 'user' });
    return { out: printed.join('\n'), said: said.join('\n'), exitCode };
  }
  return { ...world, weir, pem };
}

const range = ['--from', '2026-03-01T00:00:00Z', '--to', '2026-03-02T00:00:00+01:00'];
const inOneGo = [
  'run',
  '--stream',
  'received',
  ...range,
  '--versions',
  'then',
  '--compare',
  '--yes',
  '--json',
];

const planOf = ({ out }: Said): ReplayAnswer => replayAnswer.parse(JSON.parse(out));

test('in one go a script gets four things, and 0 only when nothing differs', async () => {
  for (const [differs, exitCode] of [
    [[], undefined],
    [[3, 4], 1],
  ] as const) {
    const { weir } = await startWorld({ engine: scriptedEngine({ differs }) });
    const run = await weir('ana', ...inOneGo);
    assert.equal(run.exitCode, exitCode);
    const result = JSON.parse(run.out) as Record<string, unknown>;
    assert.deepEqual(Object.keys(result), ['records', 'differences', 'merkleRoot', 'manifest']);
    assert.deepEqual([result['records'], result['differences']], [7, differs.length]);
    assert.equal(statSync(String(result['manifest'])).mode & 0o777, 0o600);
  }
});

test('a manifest is verified with the key alone, with its report, and by nobody who changed a letter of it', async () => {
  const { weir, pem } = await startWorld({ engine: scriptedEngine({ differs: [5] }) });
  const { manifest, merkleRoot } = JSON.parse((await weir('ana', ...inOneGo)).out) as Record<string, string>;
  assert.ok(manifest !== undefined && merkleRoot !== undefined);
  const [replayId = ''] = /replay\d{6}/.exec(manifest) ?? [];
  const report = join(folder, 'report.json');
  await weir('ana', 'report', replayId, '--out', report);
  const verify = (file: string, ...more: readonly string[]) =>
    weir('ana', 'verify', file, '--key', pem, ...more);
  const good = await verify(manifest, '--report', report, '--json');
  assert.deepEqual(
    [good.exitCode, JSON.parse(good.out)],
    [0, { ok: true, records: 7, root: merkleRoot, findings: [], isOtherReport: false }],
  );
  const shown = await verify(manifest, '--report', report);
  assert.match(shown.out, /as it was signed[^]*planned by ana[^]*report is the one/);

  const altered = join(folder, 'altered.ndjson');
  writeFileSync(altered, readFileSync(manifest, 'utf8').replace('"plannedBy":"ana"', '"plannedBy":"eve"'));
  const bad = await verify(altered);
  assert.equal(bad.exitCode, 1);
  assert.match(bad.out, /is not the one with its hash/);
  writeFileSync(report, readFileSync(report, 'utf8').replace('"format":1', '"format": 1'));
  assert.match((await verify(manifest, '--report', report)).out, /NOT the one that was signed/);
  await assert.rejects(verify(join(folder, 'nothing')), { exitCode: 64 });
});

test('where two people are needed each has a command, and what nobody has approved is not run', async () => {
  const { weir } = await startWorld({ alone: 'none' });
  await assert.rejects(weir('ana', ...inOneGo), { exitCode: 1, message: /weir replay approve/ });
  const plan = planOf(await weir('ana', 'plan', ...range, '--json'));
  const hash = ['--hash', plan.hash.slice(0, 12)];
  await assert.rejects(weir('ana', 'approve', plan.replayId, ...hash), { exitCode: 77 });
  await assert.rejects(weir('ben', 'approve', plan.replayId, '--hash', '00000000'), { exitCode: 1 });
  assert.match((await weir('ben', 'approve', plan.replayId, ...hash)).out, /is approved by ben\nRun it with/);
  const run = await weir('ana', 'run', plan.replayId);
  assert.match(run.out, /is done: 7 records, nothing differs[^]*Its manifest: /);
  assert.match((await weir('ben', 'status')).out, new RegExp(`${plan.replayId} +done .* ana +then +7/7`));
});

test('a replay is paused, looked at, gone on with and stopped', async () => {
  const gate = Promise.withResolvers<void>();
  const { weir, store } = await startWorld({ engine: scriptedEngine({ before: () => gate.promise }) });
  const { replayId } = planOf(await weir('ana', 'plan', ...range, '--json'));
  assert.match((await weir('ana', 'run', replayId, '--no-wait')).out, /is running/);
  assert.match((await weir('ana', 'pause', replayId)).out, /is paused by ana[^]*Go on with/);
  assert.match(
    (await weir('ana', 'status', replayId)).out,
    /Nothing leaves|nothing leaves[^]*is paused by ana/,
  );
  assert.match((await weir('ana', 'resume', replayId)).out, /is running/);
  assert.match((await weir('ana', 'stop', replayId)).out, /is stopped by ana/);
  gate.resolve();
  await waitFor(() => store.find(replayId)?.lifecycle.state === 'stopped');
  await assert.rejects(weir('ana', 'report', replayId), { exitCode: 1, message: /replay_unfinished/ });
});

test('a report is shown by kind and record, and written as a page', async () => {
  const { weir } = await startWorld({ engine: scriptedEngine({ differs: [3, 4] }) });
  await weir('ana', ...inOneGo);
  const shown = await weir('ben', 'report', 'replay000001');
  assert.match(shown.out, /7 records were judged again; 5 came out the same/);
  assert.match(shown.out, /0\/3 +duplicate +rejected +what became of it/);
  const page = join(folder, 'report.html');
  await weir('ben', 'report', 'replay000001', '--html', page);
  assert.match(readFileSync(page, 'utf8'), /^<!doctype html>/i);
  const manifest = join(folder, 'manifest.ndjson');
  assert.match((await weir('ben', 'manifest', 'replay000001', manifest)).said, /weir replay verify/);
});

test('what is no range, no version and no plan is wrong usage; what a token may not, ends with 77', async () => {
  const { weir } = await startWorld();
  for (const args of [
    ['plan'],
    ['plan', '--from', '2026-03-01T00:00:00Z'],
    ['plan', '--from', 'yesterday', '--to', 'today'],
    ['plan', ...range, '--offsets', '0:1-2'],
    ['plan', '--offsets', '0-2'],
    ['plan', ...range, '--versions', 'latest'],
    ['plan', ...range, '--rate', '5', '--as-fast-as-it-goes'],
    ['plan', ...range, '--stream', 'alerts'],
    ['run'],
    ['run', ...range],
    ['run', 'replay000001', ...range, '--yes'],
  ])
    await assert.rejects(weir('ana', ...args), { exitCode: 64 }, args.join(' '));
  await assert.rejects(weir('ben', 'plan', ...range), { exitCode: 77 });
  await assert.rejects(weir('ana', 'status', 'aaaaaaaaaaaa'), { exitCode: 1 });
  await assert.rejects(weir('ana', 'plan', ...range, '--account', 'NL91ABNA0417164300'), { exitCode: 69 });
});

test('what is discarded is gone, and one that is gone says so', async () => {
  const { weir, audited } = await startWorld();
  const { replayId } = planOf(await weir('ana', 'plan', ...range, '--json'));
  assert.match((await weir('ana', 'discard', replayId)).out, /removed, with all that it has made/);
  assert.ok(audited().includes(`ana replay_discarded ${replayId} done`));
  await assert.rejects(weir('ana', 'discard', replayId), { exitCode: 1 });
});

test('what is exported gets into a file of its own, never over another, and its report compares nothing', async () => {
  const replays = makeTempFolder('replays');
  const { weir, audited } = await startWorld({ folder: replays, engine: exportingEngine(replays, 900) });
  await assert.rejects(weir('ana', 'run', ...range, '--export', 'ndjson', '--yes'), {
    message: /weir replay approve/,
  });
  const plan = planOf(await weir('ana', 'plan', ...range, '--export', 'ndjson', '--json'));
  await weir('ben', 'approve', plan.replayId, '--hash', plan.hash.slice(0, 12));
  const run = await weir('ana', 'run', plan.replayId);
  assert.match(run.out, /is done: 7 records, 900 handed over[^]*weir replay export replay\d+ FILE/);
  const file = join(folder, 'exported.ndjson');
  const written = await weir('cyd', 'export', plan.replayId, file);
  assert.ok(written.said.includes(file) && !written.said.includes(exportedIban));
  assert.equal(readFileSync(file, 'utf8').split('\n').length, 901);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  writeFileSync(file, 'mine');
  const opened = () => audited().filter((one) => one.includes('evidence_opened')).length;
  assert.equal(opened(), 1);
  await assert.rejects(weir('cyd', 'export', plan.replayId, file), { exitCode: 73 });
  assert.deepEqual([readFileSync(file, 'utf8'), opened()], ['mine', 1]);
  await weir('cyd', 'export', plan.replayId, file, '--force');
  assert.equal(readFileSync(file, 'utf8').split('\n').length, 901);
  await assert.rejects(weir('ben', 'export', plan.replayId, join(folder, 'other')), { exitCode: 77 });
  const report = await weir('ben', 'report', plan.replayId);
  assert.match(report.out, /900 records were handed over\./);
  assert.doesNotMatch(report.out, /judged|differ/);
  assert.match((await weir('ben', 'status')).out, new RegExp(`${plan.replayId} +done .* ana +export +7/7`));
});
