import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeTempFolder, waitFor } from '@weir/testkit';
import { sampleNotifications } from '../../fixtures/sample-notifications.ts';
import { createAppendFile } from './append-file.ts';
import { createOcsfFileChannel } from './ocsf-file-channel.ts';

const fileAt = (folder: string, different: { maxFileBytes?: number; keptFiles?: number } = {}) => {
  const path = join(folder, 'findings.ndjson');
  return { path, file: createAppendFile({ path, maxFileBytes: 1_000, keptFiles: 2, ...different }) };
};
const line = (text: string): Buffer => Buffer.from(`${text}\n`);

test('A file is for its owner alone, and lines follow each other in it', async (context) => {
  const { path, file } = fileAt(makeTempFolder('append'));
  context.after(file.close);
  await file.append(line('one'));
  await file.append(line('two'));
  assert.equal(readFileSync(path, 'utf8'), 'one\ntwo\n');
  assert.equal(statSync(path).mode & 0o777, 0o600);
});

test('A file that would grow too large is put aside, and no more are kept than so many', async (context) => {
  const folder = makeTempFolder('append');
  const { path, file } = fileAt(folder, { maxFileBytes: 10, keptFiles: 2 });
  context.after(file.close);
  for (const text of ['aaaa', 'bbbb', 'cccc', 'dddd', 'eeee', 'ffff', 'gggg', 'a longer one than a file'])
    await file.append(line(text));
  assert.deepEqual(readdirSync(folder).toSorted(), [
    'findings.ndjson',
    'findings.ndjson.3',
    'findings.ndjson.4',
  ]);
  assert.equal(readFileSync(path, 'utf8'), 'a longer one than a file\n');
  assert.equal(readFileSync(`${path}.4`, 'utf8'), 'gggg\n');
  assert.equal(readFileSync(`${path}.3`, 'utf8'), 'eeee\nffff\n');
});

test('A line that a crash cut short is ended, and the next one is whole', async (context) => {
  const { path, file } = fileAt(makeTempFolder('append'));
  context.after(file.close);
  appendFileSync(path, 'whole\n{"torn":');
  await file.append(line('next'));
  assert.equal(readFileSync(path, 'utf8'), 'whole\n{"torn":\nnext\n');
});

test('A file that somebody moves or removes is made anew, and nothing else is written through a link', async (context) => {
  const folder = makeTempFolder('append');
  const { path, file } = fileAt(folder);
  context.after(file.close);
  await file.append(line('one'));
  renameSync(path, `${path}.moved`);
  await file.append(line('two'));
  assert.equal(readFileSync(path, 'utf8'), 'two\n');

  const linked = join(folder, 'linked.ndjson');
  symlinkSync(`${path}.moved`, linked);
  const other = createAppendFile({ path: linked, maxFileBytes: 1_000, keptFiles: 1 });
  await assert.rejects(other.append(line('three')), { code: 'ELOOP' });
  assert.equal(readFileSync(`${path}.moved`, 'utf8'), 'one\n');
});

test('Killed at any moment, it has kept every line it said was on disk, and mingled none', async () => {
  const { path } = fileAt(makeTempFolder('append'));
  const said: number[] = [];
  for (let round = 0; round < 4; round += 1) {
    const first = round * 1_000_000;
    // Two at a time write to the same file, as two processes of a machine would.
    const writers = [first, first + 500_000].map((from) =>
      fork(new URL('../../fixtures/append-forever.ts', import.meta.url), [path, String(from)], {
        stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
      }),
    );
    let heard = '';
    for (const writer of writers) {
      let text = '';
      writer.stdout?.on('data', (chunk: Buffer) => {
        text += chunk.toString('utf8');
        const ended = text.lastIndexOf('\n') + 1;
        heard += text.slice(0, ended);
        text = text.slice(ended);
      });
    }
    const wanted = 20 + round * 7;
    await waitFor(() => heard.split('\n').length > wanted, { what: 'lines to be written' });
    const closed = writers.map((writer) => once(writer, 'close'));
    for (const writer of writers) writer.kill('SIGKILL');
    await Promise.all(closed);
    said.push(...heard.trim().split('\n').map(Number));
  }
  const folder = join(path, '..');
  const lines = readdirSync(folder).flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n'));
  const whole = new Set(lines.flatMap((text) => numberOf(text) ?? []));
  assert.deepEqual(
    said.filter((number) => !whole.has(number)),
    [],
  );
  assert.ok(said.length >= 4 * 20);
});

function numberOf(text: string): number | undefined {
  try {
    const { number } = JSON.parse(text) as { number: number };
    return number;
  } catch {
    return undefined;
  }
}

test('A channel that can not write is away until it can, and is checked without a line', async (context) => {
  const folder = makeTempFolder('append');
  const path = join(folder, 'missing', 'findings.ndjson');
  const channel = createOcsfFileChannel({
    receiverId: 'siem',
    path,
    maxFileBytes: 1_000_000,
    keptFiles: 1,
    timeoutMs: 10_000,
  });
  context.after(channel.close);
  const message = { deliveryKey: 'key-1-siem', target: '-', notification: sampleNotifications.digest };
  const away = { kind: 'unavailable', code: 'ENOENT', status: undefined };
  assert.deepEqual(await channel.send(message), away);
  assert.deepEqual(await channel.check(), away);
  mkdirSync(join(folder, 'missing'));
  assert.deepEqual(await channel.check(), { kind: 'accepted' });
  assert.equal(readFileSync(path, 'utf8'), '');
  assert.deepEqual(await channel.send(message), { kind: 'accepted' });
  const uids = readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((text) => (JSON.parse(text) as { metadata: { uid: string } }).metadata.uid);
  assert.deepEqual(uids, ['key-1-siem', 'key-1-siem/2', 'key-1-siem/3', 'key-1-siem/4']);
});
