import assert from 'node:assert/strict';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { PGlite } from '@electric-sql/pglite';
import { makeTempFolder, startProgram, waitFor } from '@weir/testkit';
import { entryIdOf, sampleAlert, sampleEntry, sampleOutbox } from '../fixtures/sample-rows.ts';
import type { AlertStore } from '../alert-store.ts';
import { openAlertStore } from '../open-alert-store.ts';
import { createDurableFolder, durableStart } from './durable-folder.ts';

const kills = Number(process.env['STORE_KILLS'] ?? 3);
const owner = { environment: 'test' };
const writer = new URL('../fixtures/write-until-killed.ts', import.meta.url);
const most = 1_000;
/** One for all of them: each next one finds what the one before left. */
const folder = makeTempFolder('alert-store');
/** What a process leaves that is killed while it makes the database; the first of the test makes it anew. */
const unfinished = join(folder, 'pgdata.unfinished');
fs.mkdirSync(unfinished);
fs.writeFileSync(join(unfinished, 'PG_VERSION'), '18\n');

/** What the store has is whole: as many of everything as its position says, and each as it was written. */
async function assertWhole(store: AlertStore, committed: number): Promise<number> {
  const position = await store.transaction(async (rows) => (await rows.position('held', 0)) ?? 0);
  assert.ok(position >= committed, `${committed} was committed and ${position} is left`);
  const { alerts, outbox } = await store.counts();
  assert.equal(alerts.new, position);
  assert.equal(outbox, position);
  const from = Math.max(0, position - most);
  const numbers = Array.from({ length: position - from }, (_, at) => from + at);
  const entries = await store.entriesById(numbers.map(entryIdOf));
  assert.deepEqual(
    entries,
    numbers.map((number) => sampleEntry(number)),
  );
  assert.deepEqual(
    await store.outboxFrom(from, most),
    numbers.map((number) => ({ ...sampleOutbox(number), number })),
  );
  const listed = await store.listAlerts({ limit: most });
  assert.deepEqual(
    listed.map(({ alertId }) => alertId),
    numbers.toReversed().map((number) => sampleAlert(number).alert.alertId),
  );
  return position;
}

test('what was committed is there after kill -9 at any moment, whole, and the folder is free', async () => {
  let before = 0;
  for (let kill = 0; kill < kills; kill += 1) {
    const program = startProgram(writer, { STORE_FOLDER: folder });
    const said = (): number => Number(program.log().trimEnd().split('\n').at(-1));
    // Another number of transactions each time, and another moment of the next one.
    await waitFor(() => said() > before + 37 * kill, {
      deadlineMs: 60_000,
      what: 'transactions to be committed',
    });
    await new Promise((resolve) => setTimeout(resolve, (kill * 7) % 23));
    await program.end('SIGKILL');
    const store = await openAlertStore({ folder }, owner);
    before = await assertWhole(store, said());
    await store.close();
  }
});

test('a folder that another process has is refused, and its own process goes on', async () => {
  const program = startProgram(writer, { STORE_FOLDER: folder });
  await waitFor(() => program.log().includes('\n'), { deadlineMs: 60_000, what: 'a transaction' });
  await assert.rejects(openAlertStore({ folder }, owner), {
    code: 'store_other',
    message: /by another process/,
  });
  const lines = program.log().length;
  await waitFor(() => program.log().length > lines, { what: 'another transaction' });
  await program.end('SIGKILL');
  assert.equal(fs.existsSync(unfinished), false);
});

test('a store that was closed leaves the folder to the next process, whoever still asks it', async () => {
  const closed = await openAlertStore({ folder }, owner);
  await closed.close();
  const next = await openAlertStore({ folder }, owner);
  await assert.rejects(closed.outboxStart(), { code: 'store_unavailable' });
  await assert.rejects(
    closed.transaction((rows) => rows.setPosition('late', 0, 1)),
    { code: 'store_unavailable' },
  );
  await next.close();
});

test('every commit waits for the disk, and nothing else does', async (context) => {
  const sync = context.mock.method(fs, 'fsyncSync');
  syncBuiltinESMExports();
  context.after(() => {
    sync.mock.restore();
    syncBuiltinESMExports();
  });
  const files = createDurableFolder(join(folder, 'pgdata'));
  const database = await PGlite.create({ fs: files, startParams: [...durableStart] });
  const syncsOf = async (statement: string): Promise<number> => {
    const before = sync.mock.callCount();
    await database.exec(statement);
    return sync.mock.callCount() - before;
  };
  assert.equal(await syncsOf('update weir.outbox_head set next = next'), 1);
  assert.equal(await syncsOf('begin; update weir.outbox_head set next = next; rollback'), 0);
  assert.equal(await syncsOf('select next from weir.outbox_head'), 0);
  await database.close();
});

test('a database of another version, or a damaged one, is refused with a sentence, and its folder left alone', async () => {
  const refusedAs = async (path: string, bytes: Buffer, message: RegExp): Promise<void> => {
    const file = join(folder, 'pgdata', path);
    const kept = fs.readFileSync(file);
    fs.writeFileSync(file, bytes);
    await assert.rejects(openAlertStore({ folder }, owner), { code: 'store_other', message });
    assert.deepEqual(fs.readFileSync(file), bytes);
    fs.writeFileSync(file, kept);
  };
  await refusedAs('PG_VERSION', Buffer.from('17\n'), /is of PostgreSQL 17/);
  await refusedAs('global/pg_control', Buffer.alloc(8_192, 7), /can not be opened/);
  const store = await openAlertStore({ folder }, owner);
  assert.equal((await store.counts()).alerts.closed, 0);
  await store.close();
});
