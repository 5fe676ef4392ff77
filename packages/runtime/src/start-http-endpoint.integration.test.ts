import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, test } from 'node:test';
import { WeirError } from '@weir/contracts';
import { createMetrics, type Health, type HttpEndpoint, startHttpEndpoint } from './index.ts';

const endpoints: HttpEndpoint[] = [];
after(() => Promise.all(endpoints.map((endpoint) => endpoint.close())));

async function start(
  checks: { live?: () => Health; ready?: () => Health; text?: () => Promise<string> } = {},
) {
  const own = createMetrics({ service: 'detection' });
  const endpoint = await startHttpEndpoint({
    port: 0,
    metrics: { contentType: own.contentType, text: checks.text ?? own.text },
    live: checks.live ?? (() => []),
    ready: checks.ready ?? (() => []),
  });
  endpoints.push(endpoint);
  const request = async (path: string, method = 'GET') => {
    const response = await fetch(`http://127.0.0.1:${endpoint.port}${path}`, { method });
    return { status: response.status, headers: response.headers, body: await response.text() };
  };
  return { endpoint, request };
}

test('a healthy worker answers 200 on both checks', async () => {
  const { request } = await start();
  for (const path of ['/healthz', '/readyz', '/readyz?verbose=1']) {
    const { status, body } = await request(path);
    assert.equal(status, 200);
    assert.deepEqual(JSON.parse(body), { status: 'ok' });
  }
});

test('a worker that is not ready answers 503 with what is wrong, and is live', async () => {
  const problems = [{ part: 'kms', reason: 'kms_unavailable' }];
  const { request } = await start({ ready: () => problems });
  const { status, body } = await request('/readyz');
  assert.equal(status, 503);
  assert.deepEqual(JSON.parse(body), { status: 'failing', problems });
  assert.equal((await request('/healthz')).status, 200);
});

test('a check that throws counts as unhealthy and says nothing of the error', async () => {
  const { request } = await start({
    live: () => {
      throw new Error('Erika Mustermann');
    },
  });
  const { status, body } = await request('/healthz');
  assert.equal(status, 503);
  assert.deepEqual(JSON.parse(body), {
    status: 'failing',
    problems: [{ part: 'health', reason: 'check_failed' }],
  });
});

test('metrics are served in the text format', async () => {
  const { request } = await start();
  const { status, headers, body } = await request('/metrics');
  assert.equal(status, 200);
  assert.match(headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/);
  assert.match(body, /^weir_process_/m);
});

test('metrics that fail are a 500 without the error', async () => {
  const { request } = await start({ text: () => Promise.reject(new Error('Erika Mustermann')) });
  assert.deepEqual((await request('/metrics')).body, 'failed\n');
});

test('other paths are 404, other methods 405, HEAD has no body', async () => {
  const { request } = await start();
  assert.equal((await request('/')).status, 404);
  assert.equal((await request('/healthz/')).status, 404);
  const refused = await request('/readyz', 'POST');
  assert.equal(refused.status, 405);
  assert.equal(refused.headers.get('allow'), 'GET, HEAD');
  const head = await request('/healthz', 'HEAD');
  assert.equal(head.status, 200);
  assert.equal(head.body, '');
});

test('an address that is taken is a wrong configuration', async () => {
  const { endpoint } = await start();
  await assert.rejects(
    startHttpEndpoint({
      port: endpoint.port,
      metrics: createMetrics({ service: 'detection' }),
      live: () => [],
      ready: () => [],
    }),
    (error) =>
      error instanceof WeirError && error.code === 'config_invalid' && /HTTP_PORT/.test(error.message),
  );
});

test('closing drops idle connections, frees the port and may be repeated', async () => {
  const { endpoint } = await start();
  const idle = connect(endpoint.port, '127.0.0.1');
  await once(idle, 'connect');
  const dropped = once(idle, 'close');
  await endpoint.close();
  await endpoint.close();
  await dropped;
  await assert.rejects(fetch(`http://127.0.0.1:${endpoint.port}/healthz`));
});
