import assert from 'node:assert/strict';
import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeTempFolder } from '@weir/testkit';
import { openMailStore } from './mail-store.ts';

const mail = (messageId: string, minute: number) => ({
  messageId,
  receivedAt: new Date(Date.UTC(2026, 0, 1, 9, minute)).toISOString(),
  from: 'weir@localhost',
  to: ['analyst@localhost'],
  subject: messageId,
  headers: [],
  text: '',
  html: '',
});

test('the oldest mails go when there are more than the store keeps', () => {
  const folder = makeTempFolder('mails');
  const store = openMailStore(folder, 3);
  for (let minute = 0; minute < 5; minute += 1) store.deliver(mail(`<${minute}>`, minute));
  assert.deepEqual(
    store.list().map(({ subject }) => subject),
    ['<4>', '<3>', '<2>'],
  );
  assert.equal(readdirSync(folder).length, 3);
});

test('mails without a Message-ID are not taken for one another', () => {
  const store = openMailStore(makeTempFolder('mails'), 10);
  store.deliver(mail('', 1));
  store.deliver(mail('', 2));
  assert.equal(store.list().length, 2);
});

test('a damaged file is passed over and the others are shown', () => {
  const folder = makeTempFolder('mails');
  openMailStore(folder, 10).deliver(mail('<whole>', 1));
  writeFileSync(join(folder, 'damaged.json'), '{"id":');
  assert.deepEqual(
    openMailStore(folder, 10)
      .list()
      .map(({ subject }) => subject),
    ['<whole>'],
  );
});

test('pictures are kept beside their mail, for its owner alone, and go with it', () => {
  const folder = makeTempFolder('mails');
  const store = openMailStore(folder, 2);
  const images = [{ cid: 'chart@weir', contentType: 'image/png', base64: 'AAAA' }];
  const { id } = store.deliver({ ...mail('<0>', 0), images });
  assert.deepEqual(store.images(id), images);
  const modes = readdirSync(folder).map((name) => statSync(join(folder, name)).mode & 0o777);
  assert.deepEqual(modes, [0o600, 0o600]);
  assert.doesNotMatch(JSON.stringify(store.list()), /AAAA/);
  for (const minute of [1, 2]) store.deliver(mail(`<${minute}>`, minute));
  assert.deepEqual(store.images(id), []);
  assert.equal(readdirSync(folder).length, 2);
});
