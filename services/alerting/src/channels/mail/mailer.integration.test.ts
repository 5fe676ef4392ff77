import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { setDefaultCACertificates } from 'node:tls';
import type { SecureContextOptions } from 'node:tls';
import { createDevelopmentAuthority } from '@weir/local';
import { cut, drip, refuseSenders, startScriptedRelay, takeMails } from '../../fixtures/scripted-relay.ts';
import { sampleNotifications } from '../../fixtures/sample-notifications.ts';
import { testRuleset } from '../../fixtures/sample-transactions.ts';
import type { DeliveryOutcome } from '../channel.ts';
import { createMailChannel, mailTarget } from './mail-channel.ts';
import { createMailer } from './mailer.ts';
import type { Mail } from './mailer.ts';

/** Long, so that a busy machine is no slow relay; where a relay has to be given up, short. */
const usualTimeoutMs = 10_000;
const shortTimeoutMs = 400;
const authority = await createDevelopmentAuthority();
const stranger = await createDevelopmentAuthority();
const issued = await authority.issue({ name: 'relay', use: 'server' });
const certificate = { cert: issued.certPem, key: issued.keyPem };
setDefaultCACertificates([authority.caPem]);

const mail: Mail = {
  ...{ subject: 'subject', text: 'text', html: '<p>html</p>', image: undefined },
  ...{ deliveryKey: 'a-1-analysts', threadId: 'a', alertIds: ['a', 'b'], isUrgent: false, createdAtMs: 0 },
};

type Script = Parameters<typeof startScriptedRelay>[1];

async function open(
  context: TestContext,
  reply: Script,
  options: {
    readonly greeting?: string;
    /** A relay elsewhere, with this TLS. */
    readonly tls?: SecureContextOptions;
    readonly isLoopback?: boolean;
    readonly timeoutMs?: number;
    readonly credentials?: { readonly user: string; readonly password: string };
  } = {},
) {
  const relay = await startScriptedRelay(0, reply, options);
  const mailer = createMailer({
    address: {
      host: '127.0.0.1',
      port: relay.port,
      implicitTls: false,
      isLoopback: options.isLoopback ?? options.tls === undefined,
      credentials: options.credentials,
    },
    from: 'weir@localhost',
    maxConnections: 2,
    timeoutMs: options.timeoutMs ?? usualTimeoutMs,
  });
  context.after(async () => {
    mailer.close();
    await relay.stop();
  });
  return { relay, mailer, send: () => mailer.send(mail, 'analyst@localhost') };
}

/** Offers STARTTLS, and takes mails after it. */
const withTls: Script = (command) => {
  if (/^EHLO/.test(command)) return '250-relay\r\n250 STARTTLS';
  return command === 'STARTTLS' ? '220 go on' : takeMails(command);
};

const unavailable = (code: string, status?: number): DeliveryOutcome => ({
  kind: 'unavailable',
  code,
  status,
});

test('A relay elsewhere with a valid certificate takes a mail after STARTTLS', async (context) => {
  const { relay, send, mailer } = await open(context, withTls, { tls: certificate });
  assert.deepEqual(await send(), { kind: 'accepted' });
  assert.deepEqual(await mailer.check(), { kind: 'accepted' });
  assert.ok(
    relay.commands.indexOf('STARTTLS') < relay.commands.findIndex((command) => /^MAIL/.test(command)),
  );
});

test('A relay elsewhere without TLS gets no mail and no password', async (context) => {
  const { relay, send, mailer } = await open(
    context,
    (command) => (command === 'STARTTLS' ? '502 no' : '250 ok'),
    {
      isLoopback: false,
      credentials: { user: 'weir', password: 'hunter2' },
    },
  );
  assert.deepEqual(await send(), unavailable('tls_failed', 502));
  assert.deepEqual(await mailer.check(), unavailable('tls_failed', 502));
  assert.doesNotMatch(relay.commands.join('\n'), /AUTH|MAIL|hunter2/);
});

test('A relay that speaks TLS 1.1 alone gets no mail', async (context) => {
  const old = { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
  const { relay, send } = await open(context, withTls, { tls: { ...certificate, ...old } });
  assert.deepEqual(await send(), unavailable('tls_failed'));
  assert.doesNotMatch(relay.commands.join('\n'), /MAIL/);
});

test('A relay that speaks TLS 1.2 takes mails with forward secrecy alone', async (context) => {
  const twelve = { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' } as const;
  const good = await open(context, withTls, { tls: { ...certificate, ...twelve } });
  assert.deepEqual(await good.send(), { kind: 'accepted' });
  const weak = { ...certificate, ...twelve, ciphers: 'ECDHE-ECDSA-AES128-SHA256:ECDHE-RSA-AES128-SHA256' };
  const bad = await open(context, withTls, { tls: weak });
  assert.deepEqual(await bad.send(), unavailable('tls_failed'));
});

test('A certificate of an authority that is not trusted is not taken for a valid one', async (context) => {
  const strange = await stranger.issue({ name: 'relay', use: 'server' });
  const tls = { cert: strange.certPem, key: strange.keyPem };
  const { relay, send } = await open(context, withTls, { tls });
  assert.deepEqual(await send(), unavailable('certificate_invalid'));
  assert.doesNotMatch(relay.commands.join('\n'), /MAIL/);
});

test('A relay that never answers is given up within the timeout, whatever it owes', async (context) => {
  for (const silentAt of [/^EHLO/, /^MAIL/, /^DATA/, /^\.$/]) {
    const { send, mailer } = await open(
      context,
      (command) => (silentAt.test(command) ? undefined : takeMails(command)),
      { timeoutMs: shortTimeoutMs },
    );
    assert.deepEqual(await send(), unavailable('timed_out'), String(silentAt));
    if (silentAt.test('EHLO')) assert.deepEqual(await mailer.check(), unavailable('timed_out'));
  }
});

test('A relay that goes on answering without an end is given up within the timeout', async (context) => {
  const { send, mailer } = await open(context, (command) => (/^EHLO/.test(command) ? drip : '250 ok'), {
    timeoutMs: shortTimeoutMs,
  });
  assert.deepEqual(await send(), unavailable('timed_out'));
  assert.deepEqual(await mailer.check(), unavailable('timed_out'));
});

test('A connection that is cut after the mail is no refusal, and the mail comes again under the same Message-ID', async (context) => {
  let cuts = 1;
  const { relay, send } = await open(context, (command) => {
    if (command === '.' && cuts > 0) {
      cuts -= 1;
      return cut;
    }
    return takeMails(command);
  });
  assert.deepEqual(await send(), unavailable('connection_cut'));
  assert.deepEqual(await send(), { kind: 'accepted' });
  assert.equal(relay.mails.length, 2);
  assert.equal(relay.mails[0], relay.mails[1]);
  assert.match(relay.mails[0] ?? '', /^Message-ID: <a-1-analysts@localhost>$/im);
});

test('What speaks of this mail is told from what speaks of the relay, and for good from for now', async (context) => {
  const at =
    (pattern: RegExp, answer: string): Script =>
    (command) =>
      pattern.test(command) ? answer : takeMails(command);
  const refusedFor = (status: number): DeliveryOutcome => ({ kind: 'refused', code: 'mail_refused', status });
  const cases: readonly (readonly [Script, DeliveryOutcome, string?])[] = [
    [refuseSenders, refusedFor(550)],
    [at(/^RCPT/, '550 5.1.1 analyst@localhost is unknown'), refusedFor(550)],
    [at(/^\.$/, '554 5.7.1 looks like spam'), refusedFor(554)],
    [at(/^MAIL/, '451 4.3.0 analyst@localhost later'), unavailable('mail_deferred', 451)],
    [at(/^RCPT/, '452 4.2.2 mailbox full'), unavailable('mail_deferred', 452)],
    [at(/^\.$/, '421 4.3.2 closing'), unavailable('mail_deferred', 421)],
    [at(/^MAIL/, '530 5.7.0 log in first'), unavailable('login_refused', 530)],
    [takeMails, unavailable('relay_refused', 554), '554 no service here'],
  ];
  for (const [script, expected, greeting] of cases) {
    const { send } = await open(context, script, greeting === undefined ? {} : { greeting });
    assert.deepEqual(await send(), expected);
  }
});

test('A password that is wrong keeps the mail waiting', async (context) => {
  const { send, mailer } = await open(
    context,
    (command) =>
      /^EHLO/.test(command)
        ? '250-relay\r\n250 AUTH PLAIN'
        : /^AUTH/.test(command)
          ? '535 5.7.8 no'
          : takeMails(command),
    { credentials: { user: 'weir', password: 'wrong' } },
  );
  assert.deepEqual(await send(), unavailable('login_refused', 535));
  assert.deepEqual(await mailer.check(), unavailable('login_refused', 535));
});

test('A relay that is not there is unreachable', async (context) => {
  const { relay, send } = await open(context, takeMails);
  await relay.stop();
  assert.deepEqual(await send(), unavailable('unreachable'));
});

test('A mail says that a program wrote it, which alerts it is of, and shows its chart within', async (context) => {
  const relay = await startScriptedRelay(0, takeMails);
  const channel = createMailChannel({
    receiverId: 'analysts',
    recipients: ['anna@localhost', 'ben@localhost'],
    address: {
      host: '127.0.0.1',
      port: relay.port,
      implicitTls: false,
      isLoopback: true,
      credentials: undefined,
    },
    from: 'weir@bank.example',
    maxConnections: 1,
    timeoutMs: usualTimeoutMs,
    rulesetOf: () => testRuleset,
  });
  context.after(async () => {
    channel.close();
    await relay.stop();
  });
  assert.deepEqual(channel.targets, [mailTarget('anna@localhost'), mailTarget('ben@localhost')]);
  const notification = sampleNotifications.first;
  const deliveryKey = `${notification.threadId}-1-analysts`;
  const message = { deliveryKey, target: mailTarget('ben@localhost'), notification };
  assert.deepEqual(await channel.send(message), { kind: 'accepted' });
  assert.deepEqual(await channel.send(message), { kind: 'accepted' });
  const gone = await channel.send({ ...message, target: '00000000' });
  assert.deepEqual(gone, { kind: 'refused', code: 'address_gone', status: undefined });

  const [first = '', again] = relay.mails;
  assert.equal(first, again, 'the same each time');
  const id = notification.threadId;
  for (const line of [
    'To: ben@localhost',
    `Message-ID: <${deliveryKey}@bank.example>`,
    `In-Reply-To: <${id}@bank.example>`,
    `References: <${id}@bank.example>`,
    'Auto-Submitted: auto-generated',
    'List-ID: Weir alerts <alerts.weir.bank.example>',
    `X-Weir-Alert: ${id}`,
    'Content-Type: image/png',
    'Content-Disposition: inline',
  ])
    assert.ok(first.replaceAll(/\r\n[ \t]+/g, ' ').includes(`${line}\r\n`), line);
  const [, cid = ''] = /Content-Id: <([^>]+)>/i.exec(first) ?? [];
  assert.ok(first.replaceAll('=\r\n', '').includes(`cid:${cid}`));
  assert.equal(first.match(/Content-Type: image\/png/g)?.length, 1);
  assert.doesNotMatch(first, /Content-Disposition: attachment/);
  assert.ok(Buffer.byteLength(first) < 100_000, 'small enough for a phone on a bad line');
});
