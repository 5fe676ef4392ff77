import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { createServer } from 'node:tls';
import { createDevelopmentAuthority } from '@weir/local';
import type { Patient, RoleConfig } from '../patient.ts';
import { alertsApi, examineApi, replaysApi } from './examine-api.ts';

const authority = await createDevelopmentAuthority();
const { certPem, keyPem } = await authority.issue({ name: 'alerting', use: 'server' });
const server = createServer({ cert: certPem, key: keyPem });
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as AddressInfo;
after(() => server.close());

const apis = { alerting: alertsApi, replay: replaysApi } as const;

/** A worker with these variables; of them alone the address is read. */
const workerWith = (role: keyof typeof apis, config: Partial<RoleConfig>): Patient => ({
  home: undefined,
  roles: new Map([[role, config as RoleConfig]]),
});
const statusOf = async (config: Partial<RoleConfig>, role: keyof typeof apis = 'alerting') =>
  (await examineApi(apis[role], workerWith(role, config), { nowMs: Date.now })).map(({ status }) => status);

test('an API is met where its variables say, and a failure where nobody answers', async () => {
  const tls = { API_TLS_CERT_FILE: 'api.pem', API_HOST: '0.0.0.0' };
  assert.deepEqual(await statusOf({ ...tls, API_PORT: String(port) }), ['ok']);
  assert.deepEqual(await statusOf({ ...tls, API_PORT: String(port) }, 'replay'), ['ok']);
  assert.deepEqual(await statusOf({ ...tls, API_PORT: '1' }), ['fail']);
});

test('one without a certificate, or with any port, is not looked for', async () => {
  assert.deepEqual(await statusOf({}), ['skipped']);
  assert.deepEqual(await statusOf({ API_TLS_CERT_FILE: 'api.pem', API_PORT: '0' }), ['skipped']);
});

test('the variables of one worker say nothing of the API of the other', async () => {
  const replay = workerWith('replay', { API_TLS_CERT_FILE: 'api.pem', API_PORT: String(port) });
  const checks = await examineApi(alertsApi, replay, { nowMs: Date.now });
  assert.deepEqual(
    checks.map(({ status }) => status),
    ['skipped'],
  );
});
