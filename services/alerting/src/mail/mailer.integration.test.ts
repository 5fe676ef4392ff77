import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { refuseSenders, startScriptedRelay } from '../fixtures/scripted-relay.ts';
import { createMailer } from './mailer.ts';

const mail = { deliveryKey: 'a-1-mail', subject: 'subject', text: 'text', html: '<p>html</p>' };

async function open(
  context: TestContext,
  options: {
    readonly reply: (command: string) => string | undefined;
    readonly isLoopback?: boolean;
    readonly credentials?: { readonly user: string; readonly password: string };
  },
) {
  const relay = await startScriptedRelay(0, options.reply);
  const mailer = createMailer({
    address: {
      host: '127.0.0.1',
      port: relay.port,
      implicitTls: false,
      isLoopback: options.isLoopback ?? true,
      credentials: options.credentials,
    },
    from: 'weir@localhost',
    maxConnections: 2,
    timeoutMs: 500,
  });
  context.after(async () => {
    mailer.close();
    await relay.stop();
  });
  return { relay, mailer };
}

test('A relay elsewhere without TLS gets no mail and no password', async (context) => {
  const { relay, mailer } = await open(context, {
    reply: () => '250 ok',
    isLoopback: false,
    credentials: { user: 'weir', password: 'hunter2' },
  });
  assert.equal((await mailer.send(mail, 'analyst@localhost')).kind, 'unavailable');
  assert.equal((await mailer.check()).kind, 'unavailable');
  assert.doesNotMatch(relay.commands.join('\n'), /AUTH|MAIL|hunter2/);
});

test('A relay that never answers is given up within the timeout', async (context) => {
  const { mailer } = await open(context, {
    reply: (command) => (/^EHLO/.test(command) ? '250 ok' : undefined),
  });
  assert.equal((await mailer.send(mail, 'analyst@localhost')).kind, 'unavailable');
});

test('A refusal for good and one for now are told apart, without what the relay said', async (context) => {
  const { mailer } = await open(context, { reply: refuseSenders });
  const refused = await mailer.send(mail, 'analyst@localhost');
  assert.deepEqual(refused, { kind: 'refused', code: 'EENVELOPE', status: 550 });

  const busy = await open(context, {
    reply: (command) => (/^MAIL/.test(command) ? '451 4.3.0 analyst@localhost later' : '250 ok'),
  });
  const later = await busy.mailer.send(mail, 'analyst@localhost');
  assert.deepEqual(later, { kind: 'unavailable', code: 'EENVELOPE', status: 451 });
});
