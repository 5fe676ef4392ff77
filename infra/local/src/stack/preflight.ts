import { execFile } from 'node:child_process';
import { existsSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ensurePrivateFolder } from '../home.ts';
import { mavenMissing } from '../install/run-maven.ts';
import { kafkaVersion } from '../kafka/install-kafka.ts';
import { LocalError } from '../local-error.ts';
import { isPortFree } from '../process/free-port.ts';
import type { Ports } from './choose-ports.ts';
import { parts, portVariable } from './parts.ts';
import type { PartName } from './parts.ts';

const run = promisify(execFile);
const commandDeadlineMs = 20_000;
const oldestJava = 17;
const neededFreeBytes = 1024 ** 3;

/**
 * Throws LocalError `home_unusable` or `disk_full` where the home can't hold a
 * stack. `freeBytesOf` says how much room there is where a folder is.
 */
export function checkHome(home: string, freeBytesOf: (folder: string) => number = freeBytes): void {
  try {
    ensurePrivateFolder(home);
    const trial = join(home, `.writable-${process.pid}`);
    writeFileSync(trial, '');
    rmSync(trial);
  } catch (cause) {
    // On a full disk even an empty file may be refused; "make it writable" would send a person the wrong way.
    if ((cause as NodeJS.ErrnoException).code === 'ENOSPC') throw diskFull(home, 0);
    throw new LocalError(
      'home_unusable',
      `${home} cannot be written to: make it writable, or set WEIR_HOME to a folder that is.`,
      { cause },
    );
  }
  const free = freeBytesOf(home);
  if (free < neededFreeBytes) throw diskFull(home, free);
}

function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

const diskFull = (home: string, free: number): LocalError =>
  new LocalError(
    'disk_full',
    `Only ${Math.floor(free / 1024 ** 2)} MB are free where ${home} is: free 1 GB, or set WEIR_HOME to another disk.`,
  );

/**
 * Checks what a stack needs of the machine, and answers every reason why it
 * would not start, one sentence each; none when it can.
 */
export async function preflight(options: {
  readonly libraryHome: string;
  readonly ports: Ports;
  readonly used: readonly PartName[];
}): Promise<readonly LocalError[]> {
  const needsKafka = options.used.includes('kafka');
  const isKafkaInstalled = existsSync(join(options.libraryHome, 'lib', `kafka-${kafkaVersion}`));
  const checks = options.used.map((name) => checkPort(name, options.ports[name]));
  if (needsKafka) checks.push(checkJava());
  if (needsKafka && !isKafkaInstalled) checks.push(checkMaven());
  const problems = await Promise.all(checks);
  return problems.filter((problem) => problem !== undefined);
}

async function checkPort(name: PartName, port: number): Promise<LocalError | undefined> {
  if (await isPortFree(port)) return undefined;
  return new LocalError(
    'port_in_use',
    `Port ${port} for ${parts[name].label} is in use: stop what listens there, or set ${portVariable(name)} to a free port.`,
  );
}

async function checkMaven(): Promise<LocalError | undefined> {
  try {
    await run('mvn', ['--version'], { timeout: commandDeadlineMs });
    return undefined;
  } catch (cause) {
    return mavenMissing(cause);
  }
}

async function checkJava(): Promise<LocalError | undefined> {
  const remedy = `install a JDK ${oldestJava} or later (for example "apt-get install openjdk-17-jdk-headless"), or bring your own Kafka with KAFKA_BROKERS.`;
  let output: string;
  try {
    const { stdout, stderr } = await run('java', ['-version'], { timeout: commandDeadlineMs });
    output = stdout + stderr;
  } catch (cause) {
    return new LocalError('java_missing', `Java was not found on the PATH: ${remedy}`, { cause });
  }
  const version = javaVersion(output);
  if (version !== undefined && version >= oldestJava) return undefined;
  return new LocalError(
    'java_too_old',
    `The Java on the PATH is version ${version ?? 'unknown'}, and Kafka needs ${oldestJava}: ${remedy}`,
  );
}

/** The feature release in the output of `java -version`: 8 of "1.8.0_392", 17 of "17.0.15". */
export function javaVersion(output: string): number | undefined {
  const match = /version "(?:1\.)?(\d+)/.exec(output);
  return match === null ? undefined : Number(match[1]);
}
