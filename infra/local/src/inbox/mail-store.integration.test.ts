import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
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
