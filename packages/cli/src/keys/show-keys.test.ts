import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ManagedKey } from '@weir/kms';
import { readingIn } from './roll-over-workers.ts';
import { listedKey, showDisabling, showKeys, showRollOver, showUsage } from './show-keys.ts';
import { sinceMsOf } from './since.ts';

const nowMs = Date.parse('2026-03-01T12:00:00Z');
const key = (arn: string, ...aliases: string[]): ManagedKey => ({
  arn,
  state: 'Enabled',
  createdAtMs: nowMs,
  aliases,
});
const usage = (keyArn: string, records: number, firstMs: number, lastMs: number) =>
  ({ stream: 'held', keyArn, records, firstMs, lastMs }) as const;
const minuteMs = 60_000;

test('a list says which key seals, and which class has none', () => {
  const alias = 'alias/weir-local-held';
  const listed = [
    listedKey('held', key('arn/2', alias), { alias, rotations: [nowMs] }),
    listedKey('held', key('arn/1', `${alias}/1`), { alias, rotations: [] }),
  ];
  assert.deepEqual(
    listed.map(({ use, rotations, lastRotation }) => [use, rotations, lastRotation]),
    [
      ['seals', 1, '2026-03-01T12:00:00.000Z'],
      ['opens', 0, null],
    ],
  );
  assert.match(showKeys(listed).at(-1) ?? '', /received, cleared, rejected/);
});

test('whoever disables a key is told what only it opens, and whether somebody may seal with it still', () => {
  const of = { sealing: 'arn/2', nowMs, isOnTopics: true };
  const before = showDisabling(key('arn/1'), [usage('arn/1', 1200, 0, nowMs - 90 * minuteMs)], of);
  assert.match(
    before[0] ?? '',
    /^Only it opens 1,200 retained records of held, the last from 2026-03-01T10:30/,
  );
  assert.ok(!before.join().includes('STILL'));
  const stillSealing = [
    usage('arn/1', 5, 0, nowMs - minuteMs),
    usage('arn/2', 5, nowMs - 10 * minuteMs, nowMs),
  ];
  assert.match(showDisabling(key('arn/1'), stillSealing, of).join(), /MAY STILL SEAL/);
  const noSuccessor = [usage('arn/1', 5, 0, nowMs - minuteMs)];
  assert.match(showDisabling(key('arn/1'), noSuccessor, of).join(), /MAY STILL SEAL/);
  assert.deepEqual(showDisabling(key('arn/1'), [], of), ['No retained record needs it']);
  assert.match(
    showDisabling(key('arn/1'), [], { ...of, isOnTopics: false }).join(),
    /REPLAY_DIR is not counted/,
  );
});

test('usage is told by stream and key, and records that are no envelope apart', () => {
  const lines = showUsage([usage('arn/1', 1200, 0, nowMs), { ...usage('', 1, 0, 0), keyArn: null }]);
  assert.match(lines[1] ?? '', /^held +1,200 .*arn\/1$/);
  assert.match(lines[2] ?? '', /\(no envelope\)$/);
  assert.deepEqual(showUsage([]), ['No records']);
  assert.match(showUsage([], false).join(), /REPLAY_DIR is not counted/);
});

test('who runs workers elsewhere is told to send the signal, and a worker that kept its keys is named', () => {
  assert.match(showRollOver([], false).join(), /SIGHUP/);
  const lines = showRollOver([{ worker: 'detection', outcome: 'refused' }], true);
  assert.match(lines[0] ?? '', /^detection REFUSED/);
});

test('a roll-over is read from the metrics of a worker', () => {
  const metrics =
    'weir_kms_roll_overs_total{service="detection"} 3\nweir_kms_keys_file_refused{service="detection"} 1';
  assert.deepEqual(readingIn(metrics), { rollOvers: 3, isFileRefused: true });
  assert.equal(readingIn('weir_other 1'), undefined);
});

test('--since takes a length of time or an instant and nothing else', () => {
  assert.equal(sinceMsOf('30m', nowMs), nowMs - 30 * minuteMs);
  assert.equal(sinceMsOf('2026-03-01T11:00:00Z', nowMs), nowMs - 60 * minuteMs);
  assert.equal(sinceMsOf(undefined, nowMs), 0);
  for (const wrong of ['yesterday', '-1h', '2026-03-01'])
    assert.throws(() => sinceMsOf(wrong, nowMs), /--since/);
});
