import assert from 'node:assert/strict';
import { createSecretKey } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { canonicalAccount } from '@weir/contracts';
import { createPseudonymizer } from '@weir/envelope';
import { readListAt } from '@weir/lists';
import { startIngestStack, type IngestProcess, type IngestStack } from '../fixtures/ingest-stack.ts';

let stack: IngestStack;
let stopTrail: () => Promise<void>;

before(async () => {
  stack = await startIngestStack();
  assert.equal((await stack.openLog()).code, 0);
  stopTrail = stack.keepTrail();
});

after(async () => {
  await stopTrail();
  await stack.stop();
});

const importing = { MODE: 'import-list', TENANT: 'bank', LIST_OF: 'counterparty', ACTING_PERSON: 'ada' };

function fileOf(name: string, text: string): string {
  const path = join(stack.folder, name);
  writeFileSync(path, text);
  return path;
}

const saidBy = (process: IngestProcess) => process.messages.find((message) => message.kind === 'list');

async function importFile(name: string, file: string, more: Record<string, string> = {}) {
  const process = stack.start({ ...importing, LIST: name, INPUT_FILE: file, ...more });
  const { code } = await process.exited;
  return { code, said: saidBy(process), log: process.log() };
}

/** Asks the version of a list that is in force, as detection does. */
async function askInForce(name: string, id: string, atMs: number): Promise<boolean> {
  const activation = (await stack.artefacts()).activations.findLast(
    (one) => one.artefactKind === 'list' && one.artefact.startsWith(`${name}@`),
  );
  assert.ok(activation?.location !== undefined);
  const { artefact: ref, digest, location } = activation;
  const list = await readListAt(stack.listsReader, { ref, digest, location });
  const key = readFileSync(stack.shared['INDEX_KEY_FILE'] ?? '', 'utf8').trim();
  const indexKey = createSecretKey(Buffer.from(key, 'base64'));
  const account = canonicalAccount({ other: { id } });
  const pseudonym = createPseudonymizer({ indexKey, version: 1 })('counterparty', 'bank', account);
  return list.has(Buffer.from(pseudonym.slice(3), 'base64url').toString('hex', 0, 6), atMs);
}

test('a file of twenty-five thousand accounts comes into force, and is asked as detection asks it', async () => {
  const lines = Array.from({ length: 25_000 }, (_, n) => (n === 17 ? '4111111111111111' : `ACC-${n}`));
  const path = fileOf('mules.txt', lines.join('\n'));
  const { code, said, log } = await importFile('mules', path);
  assert.equal(code, 0);
  assert.deepEqual([said?.outcome, said?.artefact, said?.entries], ['published', 'mules@1', 24_999]);
  assert.equal(readFileSync(`${path}.refused.csv`, 'utf8'), 'line,code\n18,card_number\n');
  assert.doesNotMatch(log, /ACC-|4111/);
  assert.equal(await askInForce('mules', 'ACC-24999', Date.now()), true);
  assert.equal(await askInForce('mules', 'ACC-25000', Date.now()), false);
  const again = await importFile('mules', path);
  assert.deepEqual([again.code, again.said?.outcome, again.said?.artefact], [0, 'unchanged', 'mules@1']);
  const audited = (await stack.audited()).map(({ action, subject, actor, result, details: { kind, act } }) =>
    [action, kind, subject.id, act, actor.name, result].join(' '),
  );
  assert.deepEqual(audited.slice(0, 4), [
    'artefact_published list mules replace ada begun',
    'artefact_published list mules replace ada done',
    'artefact_activated list mules@1 replace ada begun',
    'artefact_activated list mules@1 replace ada done',
  ]);
});

test('where too many lines are bad nothing is published, and a list name that is none is told', async () => {
  const path = fileOf('bad.txt', 'ACC-1\nACC-2\nno account 3\n');
  const { code, said } = await importFile('others', path);
  assert.equal(code, 65);
  assert.deepEqual([said?.outcome, said?.lines, said?.bad], ['too_many_bad', 3, 1]);
  const { code: wrong, log } = await importFile('x'.repeat(64), path);
  assert.equal(wrong, 78);
  assert.match(log, /LIST/);
  const empty = await importFile('others', fileOf('empty.txt', ''));
  assert.equal(empty.code, 65);
  assert.ok(!existsSync(join(stack.folder, 'empty.txt.refused.csv')));
  const { activations } = await stack.artefacts();
  assert.ok(activations.every(({ artefact }) => artefact.startsWith('mules@')));
});

test('of two processes that add to a list at once neither loses anything, and one that was killed is finished', async () => {
  const paths = ['one', 'two'].map((name) => fileOf(`${name}.txt`, `ACC-${name}1\n`));
  const both = await Promise.all(paths.map((path) => importFile('mules', path, { LIST_ACT: 'add' })));
  assert.deepEqual(
    both.map(({ code }) => code),
    [0, 0],
  );
  const later = stack.start({
    ...importing,
    LIST: 'mules',
    INPUT_FILE: fileOf('3.txt', 'ACC-three3\n'),
    LIST_ACT: 'add',
  });
  await publishedBy(later);
  later.kill('SIGKILL');
  await later.exited;
  const finished = await importFile('mules', join(stack.folder, '3.txt'), { LIST_ACT: 'add' });
  assert.deepEqual([finished.code, finished.said?.artefact], [0, 'mules@4']);
  for (const id of ['ACC-one1', 'ACC-two1', 'ACC-three3', 'ACC-7'])
    assert.equal(await askInForce('mules', id, Date.now()), true, id);
});

/** Until its version stands on the topic, or at the latest its end. */
async function publishedBy(process: IngestProcess): Promise<void> {
  const published = 4;
  let isOver = false;
  void process.exited.then(() => (isOver = true));
  while (!isOver && (await stack.raw('lists')).length < published);
}

test('whoever asks a list is told, and neither the account nor the answer is logged', async () => {
  const ask = async (account: string) => {
    const process = stack.start({ MODE: 'test-list', TENANT: 'bank', LIST: 'mules' }, `${account}\n`);
    const { code } = await process.exited;
    assert.equal(code, 0);
    assert.doesNotMatch(process.log(), /ACC-|on_list/);
    const said = process.messages.find((message) => message.kind === 'membership');
    return said?.state;
  };
  assert.deepEqual([await ask('ACC-7'), await ask('ACC-none')], ['on_list', 'not_on_list']);
});
