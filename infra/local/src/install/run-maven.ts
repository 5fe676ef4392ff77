import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensurePrivateFolder } from '../home.ts';
import { LocalError } from '../local-error.ts';
import { startProcess } from '../process/owned-process.ts';
import type { Progress } from './install-once.ts';

const deadlineMs = 10 * 60_000;
const reportEveryMs = 5_000;
const quotedLength = 300;

/** The committed project files, each naming what one part is made of. */
export type MavenProject = 'kafka.pom.xml' | 'redis.pom.xml';

/**
 * Runs Maven's dependency plugin on a committed project file. Checksums are
 * enforced (`-C`), so a damaged download fails instead of being installed.
 *
 * Throws LocalError `maven_missing` or `install_failed`, the latter with
 * Maven's own first error line.
 */
export async function runMaven(options: {
  readonly home: string;
  readonly project: MavenProject;
  readonly arguments: readonly string[];
  readonly what: string;
  readonly onProgress: Progress;
}): Promise<void> {
  const { what, onProgress } = options;
  const project = fileURLToPath(new URL(`../../maven/${options.project}`, import.meta.url));
  const logFile = join(ensurePrivateFolder(options.home, 'logs'), `maven-${options.project}.log`);
  rmSync(logFile, { force: true });
  onProgress(`Fetching ${what} from Maven; this is done once`);
  // A child like any other: it ends with this process, and writes into no folder that has been given up.
  const maven = startProcess({
    name: 'mvn',
    command: 'mvn',
    args: ['-B', '-C', '-ntp', '-f', project, ...options.arguments],
    env: {},
    logFile,
    ipc: false,
  });
  const startedAtMs = performance.now();
  const secondsSoFar = (): number => Math.round((performance.now() - startedAtMs) / 1000);
  const reporter = setInterval(() => onProgress(`Fetching ${what}: ${secondsSoFar()} s`), reportEveryMs);
  const overdue = setTimeout(() => void maven.kill(), deadlineMs);
  const exit = await maven.exited;
  clearInterval(reporter);
  clearTimeout(overdue);
  if (exit.kind === 'notStarted') throw mavenMissing();
  if (exit.kind === 'signal' || exit.code !== 0) throw mavenFailed(what, logFile);
}

/** The one sentence for a machine without Maven, shared with the preflight. */
export function mavenMissing(cause?: unknown): LocalError {
  return new LocalError(
    'maven_missing',
    'Maven (mvn) was not found on the PATH: install it (for example "apt-get install maven"), ' +
      'or bring your own Kafka and Redis with KAFKA_BROKERS and REDIS_URL.',
    { cause },
  );
}

function mavenFailed(what: string, logFile: string): LocalError {
  const lines = readFileSync(logFile, 'utf8').split('\n');
  const reason =
    lines.find((line) => line.startsWith('[ERROR] '))?.slice('[ERROR] '.length) ?? 'it was cut short';
  return new LocalError(
    'install_failed',
    `Maven could not fetch ${what} (${reason.slice(0, quotedLength)}): check the network or Maven's mirror settings and start again; its log is ${logFile}`,
  );
}
