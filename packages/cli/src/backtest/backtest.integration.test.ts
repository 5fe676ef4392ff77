import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { simulateDay } from '@weir/simulator';
import { makeTempFolder } from '@weir/testkit';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));
const page = new URL('../../../../docs/operations/backtest.md', import.meta.url);

type Ended = { readonly code: number | null; readonly out: string; readonly said: string };

async function run(command: string, args: readonly string[], folder: string): Promise<Ended> {
  const child = spawn(command, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  let [out, said] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out, said };
}

const weir = (args: readonly string[], folder: string): Promise<Ended> =>
  run(process.execPath, [main, 'backtest', ...args], folder);

/** The shell commands of the page, with this checkout's command in the place of npx. */
const commandsOf = (markdown: string): string =>
  [...markdown.matchAll(/^```sh\n([\s\S]*?)^```$/gm)]
    .map(([, commands = '']) => commands.replaceAll('npx weir', `'${process.execPath}' '${main}'`))
    .join('\n');

test('every command of the page about backtests works as it stands there', async () => {
  const folder = makeTempFolder('backtest');
  const { code, out, said } = await run('bash', ['-euc', commandsOf(readFileSync(page, 'utf8'))], folder);
  assert.equal(code, 0, said);
  assert.match(out, /5 transactions judged by starter@\d/);
  assert.match(out, /5 transactions in both; \d held by the first, \d by the second\./);
  assert.equal(readFileSync(join(folder, 'scores.csv'), 'utf8').trimEnd().split('\n').length, 6);
  assert.match(readFileSync(join(folder, 'backtest.html'), 'utf8'), /<svg /);
});

test('what is wrong ends with its own exit code and names the field', async () => {
  const folder = makeTempFolder('backtest');
  writeFileSync(
    join(folder, 'some.csv'),
    'transactionId,account,amount,when\n1,a,1.00,2024-01-01T00:00:00Z\n',
  );
  const [unmapped, missing, option, nothing] = await Promise.all([
    weir(['--transactions', 'some.csv', '--out', 'a.csv'], folder),
    weir(['--transactions', 'none.csv', '--out', 'b.csv'], folder),
    weir(['--transactions', 'some.csv', '--out', 'c.csv', '--reported', '1.5'], folder),
    weir(['--out', 'd.csv'], folder),
  ]);
  assert.deepEqual([unmapped.code, missing.code, option.code, nothing.code], [78, 66, 78, 78]);
  assert.match(unmapped.said, /no column for eventTime/);
  assert.match(option.said, /--reported: not a number from 0 to 1/);
});

test('a run killed in its middle goes on to the same scores and numbers, byte by byte', async () => {
  const folder = makeTempFolder('backtest');
  const bank = {
    seed: 5,
    accounts: 60,
    establishedAccounts: 40,
    transactionsPerDay: 400,
    fraudsPerDay: 4,
    historyDays: 0,
  };
  const lines = Array.from({ length: 12 }, (_, day) => [...simulateDay({ ...bank, day })])
    .flat()
    .map(({ offered, truth }) => JSON.stringify({ ...(offered as object), label: truth.fraudulent }));
  writeFileSync(join(folder, 'bank.ndjson'), `${lines.join('\n')}\n`);
  const args = (out: string): string[] => [
    ...['--transactions', 'bank.ndjson', '--outcomes-delay', '2d', '--checkpoint-rows', '800'],
    ...['--out', out, '--json'],
  ];
  const whole = await weir(args('whole.csv'), folder);
  assert.equal(whole.code, 0, whole.said);

  const killed = spawn(process.execPath, [main, 'backtest', ...args('broken.csv')], {
    cwd: folder,
    stdio: 'ignore',
  });
  const closed = once(killed, 'close');
  const deadlineMs = performance.now() + 60_000;
  const checkpoint = join(folder, 'broken.csv.checkpoint');
  const isWaiting = (): boolean =>
    killed.exitCode === null && !existsSync(checkpoint) && performance.now() < deadlineMs;
  while (isWaiting()) await pause(5);
  killed.kill('SIGKILL');
  await closed;
  assert.ok(
    existsSync(join(folder, 'broken.csv.checkpoint')),
    'it was killed behind a checkpoint, before its end',
  );

  const resumed = await weir([...args('broken.csv'), '--resume'], folder);
  assert.equal(resumed.code, 0, resumed.said);
  assert.equal(
    readFileSync(join(folder, 'broken.csv'), 'utf8'),
    readFileSync(join(folder, 'whole.csv'), 'utf8'),
  );
  const numbers = ({ out }: Ended): unknown => {
    const {
      seconds: _seconds,
      transactionsPerSecond: _pace,
      ...others
    } = JSON.parse(out) as Record<string, unknown>;
    return others;
  };
  assert.deepEqual(numbers(resumed), numbers(whole));
  assert.ok(!existsSync(join(folder, 'broken.csv.spool')));
});
