import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { resolveRuleset } from '@weir/rules';
import { defaultWindowPlan } from '@weir/windows';
import { runBacktest, type BacktestReport } from './run-backtest.ts';
import type { BacktestSettings } from './settings.ts';
import { simulatedLines, writeLines } from './simulated-file.fixture.ts';

const dayMs = 86_400_000;
const folder = mkdtempSync(join(tmpdir(), 'weir-backtest-'));
after(() => rmSync(folder, { recursive: true }));

const ruleset = resolveRuleset('starter@2');
assert.ok(ruleset !== undefined);

/** Settings for a file and scores of their own. */
function settingsFor(name: string, changes: Partial<BacktestSettings> = {}): BacktestSettings {
  assert.ok(ruleset !== undefined);
  return {
    transactions: join(folder, `${name}.ndjson`),
    mapping: undefined,
    out: join(folder, `${name}.csv`),
    ruleset,
    plan: defaultWindowPlan,
    outcomes: { delayMs: 3 * dayMs, cadenceMs: dayMs, reported: 1, seed: 1 },
    evaluation: {
      fromDay: undefined,
      toDay: undefined,
      delayMs: 3 * dayMs,
      knownAccounts: 'keep',
      k: 5,
      alertsPerDay: undefined,
      holdAt: ruleset.holdAt,
    },
    maxBadRows: 0,
    resume: false,
    checkpointRows: 300,
    ...changes,
  };
}

const watching = { onProgress: () => undefined, signal: new AbortController().signal };

async function run(
  settings: BacktestSettings,
): Promise<{ readonly report: BacktestReport; readonly scores: string }> {
  const report = await runBacktest(settings, watching);
  assert.ok(report !== undefined);
  return { report, scores: readFileSync(settings.out, 'utf8') };
}

test('every transaction gets a score, a verdict and its reasons, in the order of the file', async () => {
  const lines = simulatedLines(3);
  const settings = settingsFor('plain');
  writeLines(settings.transactions, lines);
  const { report, scores } = await run(settings);
  const [header, ...rows] = scores.trimEnd().split('\n');
  assert.equal(header, 'transactionId,score,verdict,reasons');
  assert.equal(report.judged, lines.length);
  assert.deepEqual(
    rows.map((row) => row.split(',')[0]),
    lines.map((line) => (JSON.parse(line) as { transactionId: string }).transactionId),
  );
  for (const row of rows) assert.match(row, /^[^,]+,(?:0|1|0\.\d{1,6}),(?:cleared|held),[a-z_|]*$/);
  assert.ok(!existsSync(`${settings.out}.spool`));
});

/** Stops a run in its middle as a crash would: nothing is closed or flushed. */
async function crash(settings: BacktestSettings, afterRows: number): Promise<void> {
  const onProgress = ({ rows }: { rows: number }): void => {
    if (rows >= afterRows) throw new Error('crashed');
  };
  await assert.rejects(runBacktest(settings, { ...watching, onProgress }), /crashed/);
}

test('a run that goes on after a crash gives the very scores and metrics of one that was never interrupted', async () => {
  const lines = simulatedLines(24);
  const whole = settingsFor('whole');
  const broken = settingsFor('broken');
  writeLines(whole.transactions, lines);
  writeLines(broken.transactions, lines);
  const wanted = await run(whole);
  await crash(broken, 2_000);
  assert.ok(existsSync(`${broken.out}.checkpoint`));
  assert.notEqual(readFileSync(broken.out, 'utf8'), wanted.scores);
  const { report, scores } = await run({ ...broken, resume: true });
  assert.equal(scores, wanted.scores);
  assert.deepEqual(report.metrics, wanted.report.metrics);
  assert.deepEqual(report.learned, wanted.report.learned);
  assert.ok(!existsSync(`${broken.out}.checkpoint`));
});

test('a run does not go on from the checkpoint of other options', async () => {
  const settings = settingsFor('other');
  writeLines(settings.transactions, simulatedLines(24));
  await crash(settings, 2_000);
  const other = {
    ...settings,
    resume: true,
    outcomes: { delayMs: dayMs, cadenceMs: dayMs, reported: 1, seed: 1 },
  };
  await assert.rejects(runBacktest(other, watching), /other transactions or options/);
});

test('a run that begins anew forgets the checkpoint of the one before', async () => {
  const settings = settingsFor('anew');
  const lines = simulatedLines(24);
  writeLines(settings.transactions, lines);
  await crash(settings, 2_000);
  const checkpoint = `${settings.out}.checkpoint`;
  assert.ok(existsSync(checkpoint));
  await crash({ ...settings, checkpointRows: 1_000_000 }, 2_000);
  assert.ok(!existsSync(checkpoint));
});

test('scores that were cut off behind a run are not filled up with nothing', async () => {
  const settings = settingsFor('cut-off');
  writeLines(settings.transactions, simulatedLines(24));
  await crash(settings, 2_000);
  truncateSync(settings.out, 100);
  await assert.rejects(runBacktest({ ...settings, resume: true }, watching), /shorter than their checkpoint/);
});

test('no label reaches a score before the delay is over', async () => {
  // Neither a day is left out nor a whole delay: a learner that learned up to its boundary would see these labels at the next one.
  const flipFrom = '2020-01-12T00:00:00.000Z';
  const horizon = '2020-01-16T00:00:00.000Z';
  const truth = simulatedLines(18);
  const lies = simulatedLines(18, (isFraud, eventTime) => (eventTime >= flipFrom ? !isFraud : isFraud));
  const honest = settingsFor('honest');
  const planted = settingsFor('planted');
  writeLines(honest.transactions, truth);
  writeLines(planted.transactions, lies);
  const [one, other] = [await run(honest), await run(planted)];
  const until =
    1 + truth.filter((line) => (JSON.parse(line) as { eventTime: string }).eventTime < horizon).length;
  const scoresUntil = (scores: string): readonly string[] => scores.split('\n').slice(0, until);
  assert.ok(until > 1_000);
  assert.deepEqual(scoresUntil(other.scores), scoresUntil(one.scores));
  // And they do once it is.
  assert.notEqual(other.report.learned?.frauds, one.report.learned?.frauds);
  assert.notEqual(other.scores, one.scores);
});

test('of the frauds only the reported share is ever learned, the same ones each time', async () => {
  const lines = simulatedLines(9);
  const learnedOf = async (name: string, reported: number, seed: number): Promise<number> => {
    const outcomes = { delayMs: 3 * dayMs, cadenceMs: dayMs, reported, seed };
    const settings = settingsFor(name, { outcomes });
    writeLines(settings.transactions, lines);
    return (await run(settings)).report.learned?.frauds ?? -1;
  };
  const all = await learnedOf('all', 1, 1);
  const half = await learnedOf('half', 0.5, 1);
  assert.equal(await learnedOf('none', 0, 1), 0);
  assert.equal(await learnedOf('again', 0.5, 1), half);
  assert.ok(half > 0.2 * all && half < 0.8 * all, `${String(half)} of ${String(all)}`);
});

test('where no fraud is ever reported no label reaches a score, though peers are learned', async () => {
  const outcomes = { delayMs: dayMs, cadenceMs: dayMs, reported: 0, seed: 1 };
  const [one, other] = [settingsFor('alone', { outcomes }), settingsFor('alone-lies', { outcomes })];
  writeLines(one.transactions, simulatedLines(5));
  writeLines(
    other.transactions,
    simulatedLines(5, (isFraud) => !isFraud),
  );
  const { report, scores } = await run(one);
  assert.equal((await run(other)).scores, scores);
  assert.equal(report.learned?.frauds, 0);
  assert.ok((report.learned?.transactions ?? 0) > 200);
});

test('a repeated transaction gets no second verdict, and another with its id is refused', async () => {
  const [first = '', ...others] = simulatedLines(1);
  const settings = settingsFor('twice', { maxBadRows: 1 });
  const { transactionId: id } = JSON.parse(first) as { transactionId: string };
  const conflicting = JSON.stringify({ ...(JSON.parse(first) as object), amount: '1.23' });
  writeLines(settings.transactions, [first, first, conflicting, ...others]);
  const { report, scores } = await run(settings);
  assert.equal(report.refused.duplicates, 1);
  assert.deepEqual(report.refused.first, [
    { line: 3, transactionId: id, field: 'transactionId', code: 'conflicting_duplicate' },
  ]);
  assert.equal(report.judged, 1 + others.length);
  const written = scores.trimEnd().split('\n').slice(1);
  assert.equal(written.length, 3 + others.length);
  assert.deepEqual(written.slice(1, 3), [
    `${id},0,duplicate,`,
    `${id},0,rejected,transactionId:conflicting_duplicate`,
  ]);
});

test('more rows than allowed that can not be read end the run with the last one', async () => {
  const settings = settingsFor('bad', { maxBadRows: 1 });
  writeLines(settings.transactions, ['{', '{', ...simulatedLines(1)]);
  await assert.rejects(
    runBacktest(settings, watching),
    /more than 1 rows can't be read, the last in line 2: not_json/,
  );
});

test('a file of which not one row can be read is no file without transactions', async () => {
  const settings = settingsFor('unreadable', { maxBadRows: undefined });
  writeLines(settings.transactions, ['{', '[]']);
  await assert.rejects(
    runBacktest(settings, watching),
    /not one row could be read, the first in line 1: not_json/,
  );
});

test('without a limit of its own a run goes on where few of many rows are refused, and tells each of them', async () => {
  const lines = simulatedLines(3);
  const settings = settingsFor('few', { maxBadRows: undefined });
  const unpaid = lines.map((line, index) =>
    index % 4 === 0 ? JSON.stringify({ ...(JSON.parse(line) as object), amount: '0.00' }) : line,
  );
  writeLines(settings.transactions, unpaid);
  const { report, scores } = await run(settings);
  const written = scores.trimEnd().split('\n').slice(1);
  assert.equal(written.length, lines.length);
  const refused = Math.ceil(lines.length / 4);
  assert.ok(refused > 50 && refused <= 100, `${String(refused)} refused`);
  assert.equal(report.refused.refused, refused);
  for (const [index, line] of written.entries()) {
    const { transactionId } = JSON.parse(lines[index] ?? '') as { transactionId: string };
    if (index % 4 === 0) assert.equal(line, `${transactionId},0,rejected,amount:amount_not_positive`);
    else assert.match(line, /,(?:cleared|held),/);
  }
});

test('rows too far out of order end the run with their line', async () => {
  const lines = simulatedLines(12);
  const settings = settingsFor('disordered');
  writeLines(settings.transactions, [...lines.slice(1), lines[0] ?? '']);
  await assert.rejects(
    runBacktest(settings, watching),
    new RegExp(`line ${String(lines.length)} happened before one that stands more than 1000 rows further up`),
  );
});

test('rows slightly out of order are scored as if they were in order', async () => {
  const lines = simulatedLines(3);
  const inOrder = settingsFor('in-order');
  const shuffled = settingsFor('shuffled');
  writeLines(inOrder.transactions, lines);
  const [first = '', second = '', ...others] = lines;
  writeLines(shuffled.transactions, [second, ...others.slice(0, 100), first, ...others.slice(100)]);
  assert.equal((await run(shuffled)).scores, (await run(inOrder)).scores);
});

test('a run that is told to stop leaves what the next one goes on from', async () => {
  const settings = settingsFor('stopped');
  writeLines(settings.transactions, simulatedLines(24));
  const stopping = new AbortController();
  stopping.abort();
  assert.equal(
    await runBacktest(settings, { onProgress: () => undefined, signal: stopping.signal }),
    undefined,
  );
  assert.ok(existsSync(`${settings.out}.checkpoint`));
  assert.ok(!existsSync(`${settings.out}.spool`));
});
