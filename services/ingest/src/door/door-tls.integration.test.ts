import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { connect } from 'node:tls';
import { subjectInOneLine } from '@weir/contracts';
import { createDevelopmentAuthority, type DevelopmentAuthority } from '@weir/local';
import { waitFor } from '@weir/testkit';
import { startIngestStack, type IngestStack } from '../fixtures/ingest-stack.ts';
import { makeTokens, startDoor, type Answer, type TestDoor } from '../fixtures/test-door.ts';

let stack: IngestStack;
let door: TestDoor;
let authority: DevelopmentAuthority;
/** Writes a file of the stack and answers its path. */
function file(name: string, text: string): string {
  const path = join(stack.folder, name);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}

let tokens: ReturnType<typeof makeTokens>;

before(async () => {
  [stack, authority] = await Promise.all([startIngestStack(), createDevelopmentAuthority()]);
  assert.equal((await stack.openLog()).code, 0);
  const { certPem, keyPem } = await authority.issue({ name: 'door', use: 'server' });
  tokens = makeTokens(stack.folder);
  door = await startDoor(stack, tokens.path, {
    DOOR_TLS_CERT_FILE: file('door.pem', certPem),
    DOOR_TLS_KEY_FILE: file('door-key.pem', keyPem),
    DOOR_TLS_CLIENT_CA_FILE: file('ca.pem', authority.caPem),
    DOOR_RECORDS_PER_SECOND: '10',
  });
});
after(async () => {
  await door?.stop();
  await stack?.stop();
});

const offered = (id: string): string =>
  JSON.stringify({
    transactionId: id,
    account: { other: { id: 'account-1' } },
    creditDebitIndicator: 'CRDT',
    amount: '1.00',
    currency: 'EUR',
    eventTime: '2026-01-01T00:00:00Z',
  });

const codeOf = ({ status, body }: Answer): readonly unknown[] => [status, (body as { code?: string }).code];

test('a caller comes in by TLS 1.3, and by nothing older or in clear', async () => {
  const token = tokens.add({ name: 'tls' });
  const tls = { ca: authority.caPem };
  assert.equal((await door.ask({ token, body: offered('tls-1'), tls })).status, 202);
  const older = door.ask({ token, body: offered('tls-2'), tls: { ...tls, maxVersion: 'TLSv1.2' } });
  await assert.rejects(older, /protocol version/i);
  await assert.rejects(fetch(`http://127.0.0.1:${door.port}/v1/openapi.json`));
  await assert.rejects(door.ask({ token, body: offered('tls-3') }), /certificate|unable to/);
});

test('a client certificate of another authority or an expired one is refused and audited, a token bound to one needs it', async () => {
  const mine = await authority.issue({ name: 'bank-a', use: 'client' });
  const other = await authority.issue({ name: 'bank-b', use: 'client' });
  const old = { notBefore: new Date(Date.now() - 172_800_000), notAfter: new Date(Date.now() - 86_400_000) };
  const expired = await authority.issue({ name: 'bank-a', use: 'client', ...old });
  const strange = await (await createDevelopmentAuthority()).issue({ name: 'bank-a', use: 'client' });
  const token = tokens.add({
    name: 'bound',
    certificateSubject: subjectInOneLine(new X509Certificate(mine.certPem).subject),
  });
  const askWith = (shown?: { readonly certPem: string; readonly keyPem: string }): Promise<Answer> =>
    door.ask({
      token,
      body: offered('bound-1'),
      tls: {
        ca: authority.caPem,
        agent: false,
        ...(shown === undefined ? {} : { cert: shown.certPem, key: shown.keyPem }),
      },
    });
  assert.equal((await askWith(mine)).status, 202);
  assert.deepEqual(codeOf(await askWith()), [401, 'token_refused']);
  assert.deepEqual(codeOf(await askWith(other)), [401, 'token_refused']);
  assert.deepEqual(codeOf(await askWith(expired)), [401, 'certificate_refused']);
  assert.deepEqual(codeOf(await askWith(strange)), [401, 'certificate_refused']);
  const audited = await waitFor(async () => {
    const found = await stack.audited();
    return found.some(({ action }) => action === 'certificate_refused') ? found : undefined;
  });
  const bound = audited.find(({ details }) => details['reason'] === 'certificate_other');
  assert.deepEqual(bound?.actor, { kind: 'token', name: 'bound' });
});

test('a token that sends more than it may is told when to go on', async () => {
  const token = tokens.add({ name: 'eager' });
  const tls = { ca: authority.caPem };
  const batch = Array.from({ length: 40 }, (_, index) => offered(`eager-${index}`)).join('\n');
  const type = 'application/x-ndjson';
  assert.equal((await door.ask({ token, type, body: batch, tls })).status, 202);
  const next = await door.ask({ token, body: offered('eager-41'), tls });
  assert.deepEqual(codeOf(next), [429, 'rate_limited']);
  assert.ok(Number(next.headers['retry-after']) >= 1);
  const neighbour = tokens.add({ name: 'neighbour' });
  assert.equal((await door.ask({ token: neighbour, body: offered('calm-1'), tls })).status, 202);
});

test('a renewed certificate is shown after SIGHUP, and one that fits no key changes nothing', async () => {
  const shown = (): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connect({ port: door.port, host: '127.0.0.1', ca: authority.caPem }, () => {
        resolve(socket.getPeerX509Certificate()?.serialNumber ?? 'none');
        socket.destroy();
      });
      socket.on('error', reject);
    });
  const renewed = await authority.issue({ name: 'door', use: 'server' });
  const before = await shown();
  file('door.pem', renewed.certPem);
  door.process.kill('SIGHUP');
  await waitFor(async () => door.process.log().includes('the reload was refused'));
  assert.equal(await shown(), before);
  file('door-key.pem', renewed.keyPem);
  door.process.kill('SIGHUP');
  const { serialNumber } = new X509Certificate(renewed.certPem);
  await waitFor(async () => (await shown()) === serialNumber);
});
