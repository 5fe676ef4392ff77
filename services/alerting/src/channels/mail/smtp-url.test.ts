import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSmtpUrl } from './smtp-url.ts';

test('A relay with STARTTLS, one with TLS from the start and one on this machine are told apart', () => {
  assert.deepEqual(readSmtpUrl('smtp://weir:p%40ss@mail.example'), {
    ok: true,
    address: {
      host: 'mail.example',
      port: 587,
      implicitTls: false,
      isLoopback: false,
      credentials: { user: 'weir', password: 'p@ss' },
    },
  });
  const implicit = readSmtpUrl('smtps://mail.example');
  assert.ok(implicit.ok && implicit.address.implicitTls && implicit.address.port === 465);
  for (const host of ['127.0.0.1', 'localhost', '[::1]']) {
    const local = readSmtpUrl(`smtp://${host}:2525`);
    assert.ok(local.ok && local.address.isLoopback && local.address.port === 2525, host);
  }
  const disguised = readSmtpUrl('smtp://127.0.0.1.example.com:2525');
  assert.ok(disguised.ok && !disguised.address.isLoopback);
});

for (const url of [
  'smtp://mail.example?tls.rejectUnauthorized=false',
  'smtp://mail.example/path',
  'smtp://user@mail.example',
  'smtp://:password@mail.example',
  'smtp://a%ff:b@mail.example',
  'smtp:',
]) {
  test(`The URL ${url} is refused without being repeated`, () => {
    const outcome = readSmtpUrl(url);
    assert.ok(!outcome.ok);
    assert.doesNotMatch(outcome.problem, /mail\.example|%ff|:password/);
  });
}
