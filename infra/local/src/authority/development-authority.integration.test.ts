import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { makeTempFolder } from '@weir/testkit';
import { createDevelopmentAuthority, openDevelopmentAuthority } from './development-authority.ts';

const run = promisify(execFile);
const authority = await createDevelopmentAuthority();

/** What OpenSSL, which none of this is made with, says of a certificate. */
async function verify(caPem: string, certPem: string, ...options: readonly string[]): Promise<string> {
  const folder = makeTempFolder('verify');
  writeFileSync(join(folder, 'ca.pem'), caPem);
  writeFileSync(join(folder, 'cert.pem'), certPem);
  const args = [
    'verify',
    '-x509_strict',
    ...options,
    '-CAfile',
    join(folder, 'ca.pem'),
    join(folder, 'cert.pem'),
  ];
  try {
    return (await run('openssl', args, { timeout: 10_000 })).stdout.includes(': OK') ? 'OK' : 'unclear';
  } catch (error) {
    return String((error as { readonly stderr?: string }).stderr);
  }
}

test('a server is trusted by every name of this machine and by no other', async () => {
  const { certPem } = await authority.issue({ name: 'kafka', use: 'server' });
  const purpose = ['-purpose', 'sslserver'];
  assert.equal(await verify(authority.caPem, certPem, ...purpose, '-verify_hostname', 'localhost'), 'OK');
  assert.equal(await verify(authority.caPem, certPem, ...purpose, '-verify_ip', '127.0.0.1'), 'OK');
  assert.equal(await verify(authority.caPem, certPem, ...purpose, '-verify_ip', '::1'), 'OK');
  assert.match(
    await verify(authority.caPem, certPem, ...purpose, '-verify_hostname', 'bank.example'),
    /hostname mismatch/i,
  );
});

test('a server is trusted by the names it was asked to have', async () => {
  const { certPem } = await authority.issue({ name: 'kafka', hosts: ['kafka', '10.0.0.7'], use: 'server' });
  assert.equal(await verify(authority.caPem, certPem, '-verify_hostname', 'kafka'), 'OK');
  assert.equal(await verify(authority.caPem, certPem, '-verify_ip', '10.0.0.7'), 'OK');
  assert.match(await verify(authority.caPem, certPem, '-verify_hostname', 'localhost'), /mismatch/i);
});

test('what proves a client does not serve, and what serves does not prove a client', async () => {
  const client = await authority.issue({ name: 'detection', use: 'client' });
  const server = await authority.issue({ name: 'redis', use: 'server' });
  assert.equal(await verify(authority.caPem, client.certPem, '-purpose', 'sslclient'), 'OK');
  assert.match(await verify(authority.caPem, client.certPem, '-purpose', 'sslserver'), /purpose/);
  assert.match(await verify(authority.caPem, server.certPem, '-purpose', 'sslclient'), /purpose/);
});

test('a certificate that is issued issues no others', async () => {
  const leaf = new X509Certificate((await authority.issue({ name: 'kafka', use: 'server' })).certPem);
  assert.equal(leaf.ca, false);
  assert.equal(new X509Certificate(authority.caPem).ca, true);
});

test('another authority, though of the same name, is not trusted', async () => {
  const stranger = await createDevelopmentAuthority();
  const { certPem } = await stranger.issue({ name: 'kafka', use: 'server' });
  assert.notEqual(await verify(authority.caPem, certPem), 'OK');
});

test('one that has run out, or does not hold yet, is refused', async () => {
  const dayMs = 86_400_000;
  const at = (days: number): Date => new Date(Date.now() + days * dayMs);
  const expired = await authority.issue({ name: 'a', use: 'client', notBefore: at(-2), notAfter: at(-1) });
  const early = await authority.issue({ name: 'a', use: 'client', notBefore: at(1) });
  assert.match(await verify(authority.caPem, expired.certPem), /expired/);
  assert.match(await verify(authority.caPem, early.certPem), /not yet valid/);
});

test('the key of a certificate is its own, and its subject says what it is for', async () => {
  const { certPem, keyPem } = await authority.issue({ name: 'kafka', use: 'server' });
  const certificate = new X509Certificate(certPem);
  assert.equal(certificate.checkPrivateKey(createPrivateKey(keyPem)), true);
  assert.match(certificate.subject, /development only/);
  assert.match(new X509Certificate(authority.caPem).subject, /development only/);
});

test('an authority in a folder is found again, and only its owner may read it', async () => {
  const folder = join(makeTempFolder('authority'), 'tls');
  const first = await openDevelopmentAuthority(folder);
  const { certPem } = await first.issue({ name: 'kafka', use: 'server' });
  const again = await openDevelopmentAuthority(folder);
  assert.equal(again.caPem, first.caPem);
  assert.equal(await verify(again.caPem, certPem), 'OK');
  for (const name of ['ca.pem', 'ca-key.pem']) assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600);
});

test('an authority whose making was cut short is made anew', async () => {
  const folder = join(makeTempFolder('authority'), 'tls');
  const first = await openDevelopmentAuthority(folder);
  rmSync(join(folder, 'ca.pem'));
  const second = await openDevelopmentAuthority(folder);
  assert.notEqual(second.caPem, first.caPem);
  const { certPem } = await second.issue({ name: 'kafka', use: 'server' });
  assert.equal(await verify(readFileSync(join(folder, 'ca.pem'), 'utf8'), certPem), 'OK');
});
