import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import {
  composeFile,
  containerFolders,
  pickFreePort,
  prepareContainers,
  provisionContainers,
} from '@weir/local';
import { repositoryRoot, resolveHome } from '@weir/local';
import { makeTempFolder, waitFor } from '@weir/testkit';
import { runIngest } from '../../packages/cli/src/ingest/run-ingest.ts';
import { provisionLog } from '../../packages/cli/src/local/provision-log.ts';
import { probeKafka } from '../../infra/local/src/kafka/probe-kafka.ts';
import { installRedis } from '../../infra/local/src/redis/install-redis.ts';
import { partyFiles } from '../../infra/local/src/security/secured-parties.ts';
import { containerPorts } from '../../infra/local/src/containers/container-settings.ts';
import { offeredFile } from './offered-file.ts';

// What docker-compose.yml starts, in its order and with its commands, without an
// engine: each container's folders are folders here, and its ports free ones.
const root = makeTempFolder('containers');
const ports = Object.fromEntries(
  await Promise.all(Object.keys(containerPorts).map(async (name) => [name, await pickFreePort()])),
) as typeof containerPorts;
// Another address than a mailer takes for this machine's own: mail goes by TLS then, as it does between containers.
const mailHost = '127.0.0.2';
const network = {
  ports,
  hosts: { kafka: '127.0.0.1', redis: '127.0.0.1', kms: '127.0.0.1', smtp: mailHost },
};
const folders = containerFolders(root, network);

type Service = {
  readonly entrypoint?: readonly string[];
  readonly command: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly healthcheck: { readonly test: readonly string[] };
};
const { services } = composeFile() as { readonly services: Readonly<Record<string, Service>> };
const running = new Map<string, ChildProcess>();
let output = '';

/** The place of a container's folder, port or program on this machine. */
function here(party: string, text: string, redisBinary: string): string {
  let moved = text
    .replaceAll('/run/weir', join(root, 'containers', party))
    .replaceAll('/weir/state', join(root, 'state', party))
    .replaceAll('/opt/kafka/libs', join(resolveHome(process.env), 'lib/kafka-4.3.0'))
    .replace("SMTP_HOST='0.0.0.0'", `SMTP_HOST='${mailHost}'`)
    .replaceAll('0.0.0.0', '127.0.0.1')
    .replace(/^redis-server$/, redisBinary);
  for (const [name, port] of Object.entries(containerPorts))
    moved = moved.replaceAll(String(port), String(ports[name as keyof typeof ports]));
  return moved;
}

/** Lays a party's folder out as its container would see it, and runs what the service runs. */
async function start(name: string): Promise<void> {
  const service = services[name];
  assert.ok(service !== undefined, name);
  const redisBinary = await installRedis(resolveHome(process.env), () => undefined);
  const place = (text: string): string => here(name, text, redisBinary);
  const own = join(root, 'containers', name);
  mkdirSync(join(root, 'state', name), { recursive: true, mode: 0o700 });
  cpSync(join(folders.parties, name), own, { recursive: true, preserveTimestamps: true });
  for (const file of readdirSync(own, { recursive: true, encoding: 'utf8' })) {
    const path = join(own, file);
    if (statSync(path).isFile() && !/\.(pem|json|key)$/.test(path))
      writeFileSync(path, place(readFileSync(path, 'utf8')));
  }
  const [command = '', ...args] = [...(service.entrypoint ?? []), ...service.command].map(place);
  const env = { PATH: process.env['PATH'] ?? '', ...mapValues(service.environment ?? {}, place) };
  const child = spawn(command, args, { cwd: repositoryRoot, env, stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output = `${output}${text}`.slice(-20_000)));
  running.set(name, child);
  if (name === 'kafka' || name === 'redis') return;
  const [, ...probe] = service.healthcheck.test.map(place);
  await waitFor(async () => (await exitCodeOf(probe, env)) === 0, {
    deadlineMs: 60_000,
    what: `${name} to be healthy`,
  }).catch((error: unknown) => {
    throw new Error(output, { cause: error });
  });
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const killing = setTimeout(() => child.kill('SIGKILL'), 15_000);
  await exited;
  clearTimeout(killing);
}

async function kafkaServes(): Promise<void> {
  const inner = partyFiles(join(root, 'containers/kafka/inner'));
  await waitFor(() => probeKafka(ports.kafkaInner, inner), { deadlineMs: 60_000, what: 'Kafka to serve' });
}

async function exitCodeOf(
  [command = '', ...args]: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<number> {
  const child = spawn(command, args, { cwd: repositoryRoot, env, stdio: 'ignore' });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}

const mapValues = (
  values: Readonly<Record<string, string>>,
  change: (value: string) => string,
): Record<string, string> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value)]));

before(async () => {
  await prepareContainers(folders);
  await Promise.all([start('kafka'), start('redis'), start('kms'), start('inbox')]);
  await kafkaServes();
  await provisionLog(folders.home, await provisionContainers(folders));
  await Promise.all(['notary', 'detection', 'alerting', 'learner', 'replay', 'ingest'].map(start));
});
after(async () => {
  for (const child of [...running.values()].toReversed()) await stop(child);
});

test('what the Compose file starts takes a file to its alert, the mail by TLS', async () => {
  const file = join(root, 'offered.ndjson');
  writeFileSync(file, offeredFile.bytes);
  const summary = await runIngest({
    home: folders.home,
    env: {
      MODE: 'source',
      INPUT_FILE: file,
      TENANT: 'demo',
      SOURCE: 'file',
      LEDGER_FILE: join(root, 'ledger.json'),
    },
  });
  assert.equal(summary?.acknowledged, offeredFile.accepted);
  const inbox = `http://127.0.0.1:${ports.inbox}/api/mails`;
  const mails = await waitFor(
    async () => {
      const found = (await (await fetch(inbox)).json()) as unknown[];
      return found.length > 0 ? found : undefined;
    },
    { deadlineMs: 60_000, what: 'an alert in the inbox' },
  ).catch((error: unknown) => {
    throw new Error(output, { cause: error });
  });
  assert.ok(mails.length > 0);
});

test('no party was given the keys of another', () => {
  const keyOf = (party: string): string => readFileSync(join(folders.parties, party, 'key.pem'), 'utf8');
  const parties = readdirSync(folders.parties);
  for (const party of parties) {
    const texts = readdirSync(join(folders.parties, party), { recursive: true, encoding: 'utf8' })
      .map((file) => join(folders.parties, party, file))
      .filter((path) => statSync(path).isFile());
    for (const path of texts) assert.equal(statSync(path).mode & 0o077, 0, path);
    const all = texts.map((path) => readFileSync(path, 'utf8')).join('\n');
    for (const other of parties.filter((one) => one !== party))
      assert.ok(!all.includes(keyOf(other)), `${party}, ${other}`);
  }
});

test('the broker starts again after the first step has run once more, and as long as it runs on is asked as before', async () => {
  await prepareContainers(folders);
  cpSync(join(folders.parties, 'kafka/inner'), join(root, 'containers/kafka/inner'), { recursive: true });
  await kafkaServes();
  const kafka = running.get('kafka');
  assert.ok(kafka !== undefined);
  await stop(kafka);
  await start('kafka');
  await kafkaServes().catch((error: unknown) => {
    throw new Error(output, { cause: error });
  });
});
