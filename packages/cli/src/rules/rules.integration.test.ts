import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { makeTempFolder } from '@weir/testkit';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));

type Ended = { readonly code: number | null; readonly out: string; readonly said: string };

async function weir(args: readonly string[], folder: string): Promise<Ended> {
  const child = spawn(process.execPath, [main, ...args], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  let [out, said] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out, said };
}

test("rules of one's own begin as those of Weir: written, checked, tested, changed and compared", async () => {
  const folder = makeTempFolder('rules');
  const written = await weir(['rules', 'init', 'payments.yaml', '--ref', 'payments@3'], folder);
  assert.deepEqual([written.code, written.out], [0, ''], written.said);
  const own = readFileSync(join(folder, 'payments.yaml'), 'utf8');
  assert.match(own, /^# The rules that Weir comes with/);
  writeFileSync(join(folder, 'later.yaml'), own.replace('count_1h >= 5', 'count_1h >= 7'));

  const [again, checked, tested, failed, differing] = await Promise.all([
    weir(['rules', 'init', 'payments.yaml'], folder),
    weir(['rules', 'check', 'payments.yaml'], folder),
    weir(['rules', 'test', 'payments.yaml'], folder),
    weir(['rules', 'test', 'later.yaml'], folder),
    weir(['rules', 'diff', 'payments.yaml', 'later.yaml'], folder),
  ]);
  assert.deepEqual([again.code, again.said.trim()], [64, 'payments.yaml is there already']);
  assert.equal(readFileSync(join(folder, 'payments.yaml'), 'utf8'), own);
  assert.equal(checked.code, 0, checked.said);
  assert.match(
    checked.out,
    /^payments@3: 5 rules, 4 of them in the shadow, \d+ tests\. Nothing is wrong with it\.$/m,
  );
  assert.equal(tested.code, 0, tested.out);
  assert.match(tested.out, /^payments@3: all \d+ tests pass\.$/m);

  assert.equal(failed.code, 1, failed.out);
  const line = own.split('\n').findIndex((text) => text.includes('The seventh payment within')) + 1;
  assert.match(failed.out, new RegExp(`^ +later\\.yaml:${String(line)}:\\d+$`, 'm'));
  assert.match(failed.out, /without the reason velocity_burst/);
  assert.match(failed.out, /count_1h 6, velocityRatio_1h 6\.\d+/);

  assert.equal(differing.code, 0);
  assert.match(differing.out, /^~ rules\.velocity_burst\.when: count_1h >= 5 -> 7$/m);
});

test('what is wrong is told by file, line and column, for a person and for a script', async () => {
  const folder = makeTempFolder('rules');
  const { out: shipped } = await weir(['rules', 'init'], folder);
  writeFileSync(join(folder, 'wrong.yaml'), shipped.replace('count_1h >= 5', 'cuont_1h >= 5'));
  writeFileSync(join(folder, 'binary.yaml'), Uint8Array.from([0x72, 0xff, 0xfe]));
  const [checked, asJson, tested, binary, missing, ref, backtest] = await Promise.all([
    weir(['rules', 'check', 'wrong.yaml'], folder),
    weir(['rules', 'check', 'wrong.yaml', '--json'], folder),
    weir(['rules', 'test', 'wrong.yaml'], folder),
    weir(['rules', 'check', 'binary.yaml'], folder),
    weir(['rules', 'diff', 'starter@2', 'none.yaml'], folder),
    weir(['rules', 'init', 'x.yaml', '--ref', 'payments'], folder),
    weir(['backtest', '--transactions', 'none.csv', '--ruleset', 'wrong.yaml'], folder),
  ]);
  const place = /^wrong\.yaml:\d+:11 {2}rules\.4\.when: .*cuont_1h.*did you mean.*count_1h/m;
  assert.deepEqual([checked.code, tested.code, backtest.code], [78, 78, 78]);
  assert.match(checked.out, place);
  assert.match(tested.said, place);
  assert.match(backtest.said, place);
  const { ok, problems } = JSON.parse(asJson.out) as {
    ok: boolean;
    problems: readonly Record<string, unknown>[];
  };
  assert.equal(ok, false);
  assert.equal(problems[0]?.['path'], 'rules.4.when');
  assert.equal(problems[0]?.['column'], 11);
  assert.deepEqual([binary.code, binary.out.trim()], [78, 'binary.yaml:1:1  not UTF-8']);
  assert.deepEqual([missing.code, missing.said.trim()], [64, "none.yaml can't be read (ENOENT)"]);
  assert.equal(ref.code, 64);
});

test('for a script, tests and differences are JSON', async () => {
  const folder = makeTempFolder('rules');
  const { out: shipped } = await weir(['rules', 'init'], folder);
  writeFileSync(join(folder, 'payments.yaml'), shipped);
  const [tested, differing] = await Promise.all([
    weir(['rules', 'test', 'payments.yaml', '--json'], folder),
    weir(['rules', 'diff', 'starter@2', 'payments.yaml', '--json'], folder),
  ]);
  const { ok, ref, tests } = JSON.parse(tested.out) as {
    ok: boolean;
    ref: string;
    tests: readonly Record<string, unknown>[];
  };
  assert.deepEqual([ok, ref], [true, 'payments@1']);
  assert.ok(tests.length > 5 && tests.every((one) => one['ok'] === true && typeof one['line'] === 'number'));
  const { from, changes } = JSON.parse(differing.out) as {
    from: string;
    changes: readonly { path: string }[];
  };
  assert.equal(from, 'starter@2');
  assert.ok(changes.some(({ path }) => path === 'rules.money_mule'));
});
