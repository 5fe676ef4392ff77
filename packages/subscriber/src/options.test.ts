import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SubscribeOptions } from './options.ts';
import { subscribe } from './subscribe.ts';

const good: SubscribeOptions = {
  stream: 'cleared',
  groupId: 'ledger',
  environment: 'test',
  onTransaction: () => undefined,
  kafka: { brokers: ['127.0.0.1:1'] },
  kms: { region: 'eu-central-1', keyIds: ['arn:aws:kms:eu-central-1:111122223333:key/1'] },
};

for (const [what, changed, names] of [
  ['an unknown stream', { stream: 'held' }, /stream: .*"cleared" and no other/],
  ['no group', { groupId: '' }, /groupId/],
  ['no handler', { onTransaction: undefined }, /onTransaction has to be a function/],
  ['positions that can not be loaded', { positions: {} }, /positions\.load/],
  ['no brokers', { kafka: { brokers: [] } }, /kafka\.brokers/],
  ['an alias for a key', { kms: { region: 'x', keyIds: ['alias/secret-name'] } }, /keyIds.*ARN/],
  ['no partition at a time', { partitionsAtOnce: 0 }, /partitionsAtOnce/],
] as const) {
  test(`${what} is refused before anything is connected, and named without its value`, async () => {
    await assert.rejects(subscribe({ ...good, ...changed } as SubscribeOptions), (error: Error) => {
      assert.equal((error as Error & { code: string }).code, 'config_invalid');
      assert.match(error.message, names);
      assert.ok(!error.message.includes('secret-name'));
      return true;
    });
  });
}

test('an aborted signal lets no subscription begin', async () => {
  const reason = new Error('never mind');
  await assert.rejects(subscribe({ ...good, signal: AbortSignal.abort(reason) }), reason);
});
