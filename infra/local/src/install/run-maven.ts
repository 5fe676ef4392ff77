import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { LocalError } from '../local-error.ts';
import type { Progress } from './install-once.ts';

const deadlineMs = 10 * 60_000;
const reportEveryMs = 3_000;
const keptOutputLines = 40;

/** The committed project files, each naming what one part is made of. */
export type MavenProject = 'kafka.pom.xml' | 'redis.pom.xml';

/**
 * Runs Maven's dependency plugin on a committed project file. Checksums are
 * enforced (`-C`), so a damaged download fails instead of being installed.
 *
 * Throws LocalError `maven_missing` or `install_failed`, the latter with
 * Maven's own last error line.
 */
export async function runMaven(options: {
  readonly project: MavenProject;
  readonly arguments: readonly string[];
  readonly what: string;
  readonly onProgress: Progress;
}): Promise<void> {
  const project = fileURLToPath(new URL(`../../maven/${options.project}`, import.meta.url));
  options.onProgress(`Fetching ${options.what} from Maven; this is done once`);
  const child = spawn('mvn', ['-B', '-C', '-ntp', '-f', project, ...options.arguments], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: deadlineMs,
  });
  // Whoever stops us in the middle stops the download as well.
  const killNow = (): void => void child.kill('SIGKILL');
  process.once('exit', killNow);
  const lines: string[] = [];
  let copied = 0;
  const read = (chunk: Buffer): void => {
    for (const line of chunk.toString('utf8').split('\n')) {
      if (line.includes('Copying ') || line.includes('Unpacking ')) copied += 1;
      if (line.trim() !== '') lines.push(line);
      if (lines.length > keptOutputLines) lines.shift();
    }
  };
  child.stdout.on('data', read);
  child.stderr.on('data', read);
  const startedAtMs = performance.now();
  const reporter = setInterval(() => {
    const seconds = Math.round((performance.now() - startedAtMs) / 1000);
    options.onProgress(`Fetching ${options.what}: ${seconds} s, ${copied} files in place`);
  }, reportEveryMs);
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    if (code !== 0) throw mavenFailed(options.what, lines);
  } catch (error) {
    throw isMissing(error) ? mavenMissing(error) : error;
  } finally {
    clearInterval(reporter);
    process.removeListener('exit', killNow);
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
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

function mavenFailed(what: string, lines: readonly string[]): LocalError {
  const reason = lines.find((line) => line.startsWith('[ERROR]')) ?? lines.at(-1) ?? 'it said nothing';
  return new LocalError(
    'install_failed',
    `Maven could not fetch ${what}: ${reason.replace('[ERROR] ', '').slice(0, 300)} ` +
      '(check the network, or the mirror settings of Maven, and start again).',
  );
}
