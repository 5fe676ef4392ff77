import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { tokenDigest, tokenText } from '@weir/contracts';
import { createDevelopmentAuthority, pickFreePort } from '@weir/local';
import { makeTempFolder, startTestStack, waitFor } from '@weir/testkit';
import autocannon from 'autocannon';
import { startWorkerProcess, type WorkerProcess } from '../worker-process.ts';

const ingestMain = new URL('../../../services/ingest/src/main.ts', import.meta.url).pathname;
const bareMain = new URL('../bare-door-worker.ts', import.meta.url).pathname;

const measuredSeconds = 10;
const warmUpSeconds = 3;
const batchRecords = 100;
/** Each waits for its answer, so this many transactions are on their way at a time. */
const singleConnections = 64;
const batchConnections = 8;

/**
 * HTTP transactions per second, one in each request and a hundred, over TLS 1.3
 * on loopback into a real broker; the ratios are against a Fastify route that
 * answers 202 and does nothing, under the same load in the same run.
 */
export const run = async (say: (sentence: string) => void): Promise<Record<string, number>> => {
  say('Starting Kafka and the KMS');
  const stack = await startTestStack({ workers: false, env: { LOG_LEVEL: 'warn' } });
  const workers: WorkerProcess[] = [];
  try {
    const environment = { ...stack.roleEnvironment('ingest'), HTTP_PORT: '0' };
    const opening = startWorkerProcess({
      name: 'open-log',
      args: [ingestMain],
      env: { ...environment, MODE: 'open-log' },
    });
    await opening.exited;
    const place = await makePlace();
    const bare = await startBare(place);
    workers.push(bare.worker);
    say('Loading the bare route');
    const bareSingle = await load({ ...bare, ...place, records: 1, connections: singleConnections });
    const bareBatch = await load({ ...bare, ...place, records: batchRecords, connections: batchConnections });
    await bare.worker.stop();
    workers.pop();

    const door = await startDoor(environment, place);
    workers.push(door.worker);
    say('Loading the door with single transactions');
    const single = await load({ ...door, ...place, records: 1, connections: singleConnections });
    say(`Loading the door with batches of ${batchRecords}`);
    const batch = await load({ ...door, ...place, records: batchRecords, connections: batchConnections });
    return {
      ...figures('single', single, bareSingle, 1),
      ...figures('batch', batch, bareBatch, batchRecords),
    };
  } finally {
    for (const worker of workers) await worker.stop();
    await stack.stop();
  }
};

type Place = {
  readonly certFile: string;
  readonly keyFile: string;
  readonly tokensFile: string;
  readonly ca: string;
  readonly token: string;
};

async function makePlace(): Promise<Place> {
  const folder = makeTempFolder('bench-door');
  const authority = await createDevelopmentAuthority();
  const { certPem, keyPem } = await authority.issue({ name: 'door', use: 'server' });
  const write = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  };
  const token = tokenText(randomBytes(32));
  const known = {
    name: 'bench',
    tenant: 'demo',
    source: 'bench',
    scopes: ['transactions:write'],
    sha256: tokenDigest(token).toString('hex'),
    createdAt: '2026-01-01T00:00:00.000Z',
    expiresAt: null,
    certificateSubject: null,
  };
  return {
    certFile: write('door.pem', certPem),
    keyFile: write('door-key.pem', keyPem),
    tokensFile: write('tokens.json', JSON.stringify({ version: 1, tokens: [known] })),
    ca: authority.caPem,
    token,
  };
}

type Served = { readonly worker: WorkerProcess; readonly port: number };

async function startBare({ certFile, keyFile }: Place): Promise<Served> {
  const port = await pickFreePort();
  const env = { PORT: String(port), CERT_FILE: certFile, KEY_FILE: keyFile };
  const worker = startWorkerProcess({ name: 'bare-door', args: [bareMain], env });
  await untilServed(port, worker);
  return { worker, port };
}

async function startDoor(environment: Readonly<Record<string, string>>, place: Place): Promise<Served> {
  const port = await pickFreePort();
  const worker = startWorkerProcess({
    name: 'door',
    args: [ingestMain],
    env: {
      ...environment,
      MODE: 'serve',
      LOG_LEVEL: 'warn',
      DOOR_PORT: String(port),
      DOOR_TOKENS_FILE: place.tokensFile,
      DOOR_TLS_CERT_FILE: place.certFile,
      DOOR_TLS_KEY_FILE: place.keyFile,
      DOOR_RECORDS_PER_SECOND: '1000000',
    },
  });
  await untilServed(port, worker);
  return { worker, port };
}

async function untilServed(port: number, worker: WorkerProcess): Promise<void> {
  let hasEnded = false;
  void worker.exited.then(() => (hasEnded = true));
  await waitFor(
    async () => {
      if (hasEnded) throw new Error(`${worker.name} ended before it served`);
      const socket = connect(port, '127.0.0.1');
      const answered = once(socket, 'connect').then(
        () => true,
        () => false,
      );
      const isServed = await answered;
      socket.destroy();
      return isServed;
    },
    { what: `${worker.name} to listen`, deadlineMs: 30_000 },
  );
}

type Load = {
  readonly port: number;
  readonly ca: string;
  readonly token: string;
  readonly records: number;
  readonly connections: number;
};

async function load(options: Load): Promise<autocannon.Result> {
  await fire(options, warmUpSeconds);
  const result = await fire(options, measuredSeconds);
  const failed = result.non2xx + result.errors + result.timeouts;
  if (failed > 0) throw new Error(`${failed} of ${result.requests.total} requests were not answered 202`);
  return result;
}

function fire({ port, ca, token, records, connections }: Load, seconds: number): Promise<autocannon.Result> {
  return autocannon({
    url: `https://127.0.0.1:${port}/v1/transactions`,
    method: 'POST',
    connections,
    duration: seconds,
    // The type of the library lacks the authorities that TLS is checked against.
    tlsOptions: { ca },
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': records === 1 ? 'application/json' : 'application/x-ndjson',
    },
    requests: [{ setupRequest: (request) => ({ ...request, body: bodyOf(records) }) }],
  });
}

let made = 0;

/** Transactions of some thousand accounts, each another one. */
function bodyOf(records: number): string {
  const lines: string[] = [];
  const eventTime = new Date().toISOString();
  for (let index = 0; index < records; index += 1) {
    made += 1;
    lines.push(
      `{"transactionId":"bench-${made}","account":{"other":{"id":"account-${made % 5_003}"}},"creditDebitIndicator":"DBIT","amount":"12.34","currency":"EUR","eventTime":"${eventTime}","channel":"online_banking","counterparty":{"name":"Some Shop","account":{"other":{"id":"shop-${made % 311}"}}},"remittanceInformation":"an invoice"}`,
    );
  }
  return lines.join('\n');
}

const figures = (
  name: string,
  measured: autocannon.Result,
  bare: autocannon.Result,
  records: number,
): Record<string, number> => ({
  [`${name}TransactionsPerSecond`]: Math.round(measured.requests.average * records),
  [`${name}P50Ms`]: measured.latency.p50,
  [`${name}P99Ms`]: measured.latency.p99,
  [`${name}BareRequestsPerSecond`]: Math.round(bare.requests.average),
  [`${name}RatioToBare`]: Number((measured.requests.average / bare.requests.average).toFixed(3)),
});
