import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfig } from '@weir/runtime';
import { z } from 'zod';
import { channelContextOf, checkRoutesFields, routesFields, routesSourceOf } from './routes-fields.ts';

const schema = z.strictObject(routesFields).check(checkRoutesFields);
const load = (env: Readonly<Record<string, string>>) =>
  loadConfig(schema, env, { secrets: ['SMTP_URL', 'WEBHOOK_URL'] });

const mails = {
  SMTP_URL: 'smtp://127.0.0.1:2525',
  MAIL_FROM: 'weir@localhost',
  MAIL_TO: 'analyst@localhost',
};

test('Mails alone are enough, and so is a document alone', () => {
  assert.deepEqual(routesSourceOf(load(mails), mails), {
    kind: 'environment',
    receivers: { mailTo: ['analyst@localhost'] },
  });
  const file = { ROUTES_FILE: '/etc/weir/routes.yaml' };
  assert.deepEqual(routesSourceOf(load(file), file), { kind: 'file', path: '/etc/weir/routes.yaml' });
  const context = { hostname: 'weir-1', now: () => 0 };
  assert.equal(channelContextOf(load(file), context).relay, undefined);
  assert.equal(channelContextOf(load(mails), context).relay?.address.port, 2525);
});

for (const [what, env, variable] of [
  ['nobody to tell', {}, 'ROUTES_FILE'],
  ['two ways to say whom', { ...mails, ROUTES_FILE: 'routes.yaml' }, 'MAIL_TO'],
  ['mails without a relay', { MAIL_TO: 'analyst@localhost' }, 'SMTP_URL'],
  ['a relay without a sender', { ROUTES_FILE: 'routes.yaml', SMTP_URL: 'smtp://localhost' }, 'MAIL_FROM'],
  ['a relay that can not be read', { ...mails, SMTP_URL: 'smtp://localhost:25/x' }, 'SMTP_URL'],
] as const) {
  test(`Is refused: ${what}`, () => {
    assert.throws(
      () => load(env),
      (error: Error) => error.message.includes(`${variable}: `),
    );
  });
}
