import { execFile } from 'node:child_process';
import { chownSync, existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { describeExit, pickFreePort, startProcess } from '@weir/local';
import type { OwnedProcess } from '@weir/local';
import { makeTempFolder } from './temp-folder.ts';
import { waitFor } from './wait-for.ts';

const initDeadlineMs = 60_000;
const readyDeadlineMs = 30_000;
const stopGraceMs = 5_000;

/** A PostgreSQL server for tests, on 127.0.0.1, with data that nobody needs after them. */
export type TestPostgres = {
  /** What DATABASE_URL would say. */
  readonly url: string;
  /** kill -9 of the server; its connections break within moments. */
  readonly kill: () => Promise<void>;
  /** Starts again on the same port with the same data, after `kill` or `stop`. */
  readonly restart: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

/** Which account the server runs as: it refuses to run as root. */
type Account = { readonly uid: number; readonly gid: number };

/**
 * Starts a server of the distribution's package (Debian and Ubuntu: `apt-get install postgresql`), of the newest
 * version there is, or one on the PATH. Answers undefined where there is none: the caller says so, and that it
 * tested less. With `tls` it answers by TLS whoever asks for it. The server ends with this process at the latest.
 */
export async function startPostgres(
  options: { readonly tls?: { readonly certPem: string; readonly keyPem: string } } = {},
): Promise<TestPostgres | undefined> {
  const programs = findPrograms();
  if (programs === undefined) return undefined;
  const folder = makeTempFolder('postgres');
  const account = findAccount();
  if (account !== undefined) chownSync(folder, account.uid, account.gid);
  const data = join(folder, 'data');
  const asAccount = (
    program: string,
    args: readonly string[],
  ): { command: string; args: readonly string[] } =>
    account === undefined
      ? { command: join(programs, program), args }
      : { command: 'setpriv', args: [...switchTo(account), join(programs, program), ...args] };
  const init = asAccount('initdb', [
    ...[
      '-D',
      data,
      '--username',
      'weir',
      '--auth',
      'trust',
      '--no-locale',
      '--encoding',
      'UTF8',
      '--no-sync',
    ],
  ]);
  await promisify(execFile)(init.command, [...init.args], { timeout: initDeadlineMs, cwd: folder });
  const port = await pickFreePort();
  const settings = [
    ...['listen_addresses=127.0.0.1', 'unix_socket_directories=', `port=${port}`, 'fsync=off'],
    ...(options.tls === undefined ? [] : tlsSettings(folder, options.tls, account)),
  ];
  const start = (): Promise<OwnedProcess> =>
    startServer(asAccount('postgres', ['-D', data, ...settings.flatMap((setting) => ['-c', setting])]));
  let server = await start();
  const stop = (): Promise<void> => stopServer(server);
  return {
    url: `postgres://weir@127.0.0.1:${port}/postgres`,
    kill: () => server.kill(),
    restart: async () => {
      await stop();
      server = await start();
    },
    stop,
  };
}

async function startServer(commandLine: { command: string; args: readonly string[] }): Promise<OwnedProcess> {
  const logFile = join(makeTempFolder('postgres-log'), 'postgres.log');
  const server = startProcess({ name: 'postgres', ...commandLine, env: {}, logFile, ipc: false });
  await waitFor(
    async () => {
      const log = existsSync(logFile) ? readFileSync(logFile, 'utf8') : '';
      if (server.hasExited()) throw new Error(`PostgreSQL ${describeExit(await server.exited)}: ${log}`);
      return log.includes('database system is ready to accept connections');
    },
    { deadlineMs: readyDeadlineMs, what: 'PostgreSQL to be ready' },
  );
  return server;
}

/** SIGINT has the server close its connections; SIGTERM would wait for their clients. */
async function stopServer(server: OwnedProcess): Promise<void> {
  if (server.identity !== undefined && !server.hasExited()) process.kill(server.identity.pid, 'SIGINT');
  const late = new Promise<'late'>((resolve) => setTimeout(resolve, stopGraceMs, 'late').unref());
  if ((await Promise.race([server.exited, late])) === 'late') await server.kill();
}

/** The folder with `postgres` and `initdb`. Distributions keep them off the PATH, by version. */
function findPrograms(): string | undefined {
  const onPath = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const debian = versionsIn('/usr/lib/postgresql').map((version) =>
    join('/usr/lib/postgresql', version, 'bin'),
  );
  return [...debian, ...onPath].find((folder) =>
    ['postgres', 'initdb'].every((program) => existsSync(join(folder, program))),
  );
}

const versionsIn = (folder: string): readonly string[] =>
  existsSync(folder) ? readdirSync(folder).sort((left, right) => Number(right) - Number(left)) : [];

/** The package's own account, else the one that owns nothing; undefined where this process isn't root. */
function findAccount(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const found = ['postgres', 'nobody'].flatMap((name) => accounts.filter(([account]) => account === name));
  const [, , uid, gid] = found[0] ?? [];
  return uid === undefined || gid === undefined ? undefined : { uid: Number(uid), gid: Number(gid) };
}

/** A key is only taken where the server's account alone can read it. */
function tlsSettings(
  folder: string,
  { certPem, keyPem }: { readonly certPem: string; readonly keyPem: string },
  account: Account | undefined,
): readonly string[] {
  const files = { ssl_cert_file: certPem, ssl_key_file: keyPem };
  return [
    'ssl=on',
    ...Object.entries(files).map(([setting, pem]) => {
      const file = join(folder, `${setting}.pem`);
      writeFileSync(file, pem, { mode: 0o600 });
      if (account !== undefined) chownSync(file, account.uid, account.gid);
      return `${setting}=${file}`;
    }),
  ];
}

const switchTo = ({ uid, gid }: Account): readonly string[] => [
  ...['--reuid', String(uid), '--regid', String(gid), '--clear-groups', '--'],
];
