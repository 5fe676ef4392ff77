import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { makeTempFolder } from '@weir/testkit';
import { pickFreePort } from '../process/free-port.ts';
import { startInbox } from './start-inbox.ts';

const now = () => new Date('2026-03-01T09:30:00.000Z');

async function openInbox(context: TestContext) {
  const folder = join(makeTempFolder('inbox'), 'mails');
  const smtpPort = await pickFreePort();
  const httpPort = await pickFreePort();
  const start = () => startInbox({ folder, smtpPort, httpPort, now });
  let inbox = await start();
  context.after(() => inbox.stop());
  const get = (path: string, headers = {}) => fetch(`http://127.0.0.1:${httpPort}${path}`, { headers });
  return {
    folder,
    smtpPort,
    httpPort,
    get,
    mails: async () => (await (await get('/api/mails')).json()) as Record<string, unknown>[],
    restart: async () => {
      await inbox.stop();
      inbox = await start();
    },
  };
}

/** Speaks SMTP (RFC 5321) and answers the code the server gave to the mail itself. */
async function sendMail(port: number, mail: string): Promise<string> {
  const socket = connect(port, '127.0.0.1').setEncoding('utf8');
  const steps = [
    'EHLO test',
    'MAIL FROM:<weir@localhost>',
    'RCPT TO:<analyst@localhost>',
    'DATA',
    `${mail}\r\n.`,
  ];
  let replies = '';
  let code = '';
  for (const step of [...steps, 'QUIT']) {
    // A reply may come in pieces; its last line has a space after the code.
    while (!/^\d{3} .*\r\n$/m.test(replies)) replies += ((await once(socket, 'data')) as [string])[0];
    code = step === 'QUIT' ? replies.slice(0, 3) : code;
    replies = '';
    socket.write(`${step}\r\n`);
  }
  socket.destroy();
  return code;
}

const alertMail = [
  'From: Weir <weir@localhost>',
  'To: analyst@localhost',
  'Subject: 2 transactions are held <b>now</b>',
  'Message-ID: <alert-1.1@weir>',
  'MIME-Version: 1.0',
  'Content-Type: multipart/alternative; boundary="part"',
  '',
  '--part',
  'Content-Type: text/plain; charset=utf-8',
  '',
  'Two transactions are held.',
  '--part',
  'Content-Type: text/html; charset=utf-8',
  '',
  '<p>Two transactions are <b>held</b>.</p><script>alert(1)</script>',
  '--part--',
].join('\r\n');

test('a mail sent over SMTP can be read back with its text, HTML and headers', async (context) => {
  const inbox = await openInbox(context);
  assert.equal(await sendMail(inbox.smtpPort, alertMail), '250');
  const [mail] = await inbox.mails();
  assert.equal(mail?.['subject'], '2 transactions are held <b>now</b>');
  assert.deepEqual(mail?.['to'], ['analyst@localhost']);
  assert.equal(mail?.['receivedAt'], '2026-03-01T09:30:00.000Z');
  assert.match(String(mail?.['text']), /^Two transactions are held\.\s*$/);
  assert.ok(
    (mail?.['headers'] as { name: string; value: string }[]).some(
      ({ name, value }) => name === 'Message-ID' && value === '<alert-1.1@weir>',
    ),
  );
});

test('a mail delivered again is kept once and its deliveries are counted, across a restart too', async (context) => {
  const inbox = await openInbox(context);
  await sendMail(inbox.smtpPort, alertMail);
  await sendMail(inbox.smtpPort, alertMail);
  await inbox.restart();
  await sendMail(inbox.smtpPort, alertMail);
  await sendMail(inbox.smtpPort, alertMail.replace('alert-1.1', 'alert-1.2'));
  const mails = await inbox.mails();
  assert.deepEqual(
    mails.map((mail) => [mail['messageId'], mail['deliveries']]),
    [
      ['<alert-1.2@weir>', 1],
      ['<alert-1.1@weir>', 3],
    ],
  );
});

test('the pages show a mail without letting its markup act', async (context) => {
  const inbox = await openInbox(context);
  await sendMail(inbox.smtpPort, alertMail);
  const id = String((await inbox.mails())[0]?.['id']);
  const list = await (await inbox.get('/')).text();
  assert.ok(list.includes('2 transactions are held &lt;b&gt;now&lt;/b&gt;'));
  const page = await inbox.get(`/mails/${id}`);
  assert.match(await page.text(), new RegExp(`<iframe sandbox [^>]*src="/mails/${id}/html"`));
  assert.match(page.headers.get('content-security-policy') ?? '', /default-src 'none'/);
  const html = await inbox.get(`/mails/${id}/html`);
  assert.ok((await html.text()).includes('<b>held</b>'));
  assert.match(html.headers.get('content-security-policy') ?? '', /^sandbox; default-src 'none'/);
  assert.equal((await inbox.get('/mails/000000000000000000000000')).status, 404);
});

test('a page that reached the inbox under another name is refused', async (context) => {
  const inbox = await openInbox(context);
  const socket = connect(inbox.httpPort, '127.0.0.1').setEncoding('utf8');
  socket.write('GET /api/mails HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n');
  const [answer] = (await once(socket, 'data')) as [string];
  assert.match(answer, /^HTTP\/1\.1 403 /);
  socket.destroy();
});

test('no target of a request ends the inbox', async (context) => {
  const inbox = await openInbox(context);
  for (const target of ['//', '///', '//[', 'http://[', '/%', '/mails/%ff', '*', '?', 'a:b@c']) {
    const socket = connect(inbox.httpPort, '127.0.0.1').setEncoding('utf8');
    socket.write(`GET ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
    const [answer] = (await once(socket, 'data')) as [string];
    assert.match(answer, /^HTTP\/1\.1 (200|400|404) /, target);
    socket.destroy();
  }
  assert.equal((await inbox.get('/healthz')).status, 200);
});

test('a mail above one megabyte is refused and not kept', async (context) => {
  const inbox = await openInbox(context);
  const filler = `${'x'.repeat(76)}\r\n`.repeat(14_500);
  assert.equal(await sendMail(inbox.smtpPort, `${alertMail}\r\n${filler}`), '552');
  assert.deepEqual(await inbox.mails(), []);
});

test('mails lie on disk for their owner alone', async (context) => {
  const inbox = await openInbox(context);
  await sendMail(inbox.smtpPort, alertMail);
  assert.equal(statSync(inbox.folder).mode & 0o777, 0o700);
  const modes = readdirSync(inbox.folder).map((name) => statSync(join(inbox.folder, name)).mode & 0o777);
  assert.deepEqual(modes, [0o600]);
});

const dot =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

const chartMail = [
  'From: Weir <weir@localhost>',
  'To: analyst@localhost',
  'Subject: chart',
  'Message-ID: <chart@weir>',
  'MIME-Version: 1.0',
  'Content-Type: multipart/related; boundary="part"',
  '',
  '--part',
  'Content-Type: text/html; charset=utf-8',
  '',
  '<p>Recent amounts</p><img src="cid:chart@weir" alt="amounts"><img src="https://elsewhere.example/x.png">',
  '--part',
  'Content-Type: image/png',
  'Content-ID: <chart@weir>',
  'Content-Disposition: inline',
  'Content-Transfer-Encoding: base64',
  '',
  dot,
  '--part--',
].join('\r\n');

test('a picture that came with a mail is shown in it, after a restart too, and none from elsewhere', async (context) => {
  const inbox = await openInbox(context);
  await sendMail(inbox.smtpPort, chartMail);
  await inbox.restart();
  const [mail] = await inbox.mails();
  assert.equal(mail?.['images'], undefined, 'mails are listed without their pictures');
  const html = await inbox.get(`/mails/${String(mail?.['id'])}/html`);
  assert.ok((await html.text()).includes(`<img src="data:image/png;base64,${dot}" alt="amounts">`));
  assert.match(html.headers.get('content-security-policy') ?? '', /default-src 'none'.*img-src data:;/);
});

test('a mail can be looked at in light and in dark, as text, and by its headers', async (context) => {
  const inbox = await openInbox(context);
  await sendMail(inbox.smtpPort, alertMail);
  const id = String((await inbox.mails())[0]?.['id']);
  const view = async (name: string) => (await inbox.get(`/mails/${id}?view=${name}`)).text();
  assert.match(await view('dark'), /<iframe sandbox class="dark"/);
  assert.match(await view('light'), /<iframe sandbox class="light"/);
  assert.match(await view('text'), /<pre>Two transactions are held\./);
  assert.match(await view('headers'), /<th scope="row">Message-ID<\/th><td>&lt;alert-1\.1@weir&gt;/);
  assert.match(await view('"><script>'), /<iframe sandbox class="html"/);
});

test('mails about one alert stand together, the newest first, wherever others came in between', async (context) => {
  const inbox = await openInbox(context);
  const answer = (id: string, to: string, subject: string): string =>
    alertMail
      .replace('<alert-1.1@weir>', `<${id}@weir>\r\nIn-Reply-To: <${to}@weir>\r\nReferences: <${to}@weir>`)
      .replace('2 transactions are held <b>now</b>', subject);
  for (const [id, to, subject] of [
    ['a-1', 'a', 'first of a'],
    ['b-1', 'b', 'first of b'],
    ['a-2', 'a', 'second of a'],
  ] as const)
    await sendMail(inbox.smtpPort, answer(id, to, subject));
  const list = await (await inbox.get('/')).text();
  const [, threads = ''] = /<ol class="threads">(.*)<\/ol>/s.exec(list) ?? [];
  const subjects = threads.match(/(?:first|second) of [ab]|<ol>/g);
  assert.deepEqual(subjects, ['second of a', '<ol>', 'first of a', 'first of b']);
  const id = String((await inbox.mails())[0]?.['id']);
  const page = await (await inbox.get(`/mails/${id}`)).text();
  assert.match(page, /In this thread.*first of a/s);
  assert.doesNotMatch(page, /first of b/);
});
