import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { installOnce } from '../install/install-once.ts';
import type { Progress } from '../install/install-once.ts';
import { runMaven } from '../install/run-maven.ts';
import { LocalError } from '../local-error.ts';

const run = promisify(execFile);
const versionDeadlineMs = 10_000;
const artifactVersion = '1.4.4';

type RedisBinary = { readonly entry: string; readonly sha256: string };

/** The binaries inside com.github.codemonstur:embedded-redis, by Node's platform and architecture. */
const binaries: Readonly<Record<string, RedisBinary>> = {
  'linux-x64': {
    entry: 'redis-server-6.2.6-v5-linux-amd64',
    sha256: '1f716094e08a25faee2bc7626feb9e13464ed89018ac5c376c5e9cff06bdcf52',
  },
  'linux-arm64': {
    entry: 'redis-server-6.2.7-linux-arm64',
    sha256: '036a23aa65bfb31d2a048aa96c170b38c2fbd4f1de68ef0f9c3133dd4b1474cd',
  },
  'darwin-x64': {
    entry: 'redis-server-6.2.6-v5-darwin-amd64',
    sha256: '7a4eb450d90a6ce9a2c651cfc4a0613b980a270c6426cbb6fa42d6c3beec9ce8',
  },
  'darwin-arm64': {
    entry: 'redis-server-6.2.6-v5-darwin-arm64',
    sha256: 'c523aec5a9b6f565cff0271ef67f5c51fa83e1180e3e954ab5251b3cf6282b76',
  },
};

/**
 * Answers the path of a redis-server of version 6.2 or later: the one on the
 * PATH, else one fetched once into `<home>/lib`.
 *
 * Throws LocalError `maven_missing`, `install_failed` or `platform_unsupported`.
 */
export async function installRedis(home: string, onProgress: Progress): Promise<string> {
  if (await isUsable('redis-server')) return 'redis-server';
  const platform = `${process.platform}-${process.arch}`;
  const binary = binaries[platform];
  if (binary === undefined) {
    throw new LocalError(
      'platform_unsupported',
      `There is no embedded Redis for ${platform}: install redis-server 6.2 or later, or set REDIS_URL.`,
    );
  }
  const folder = await installOnce({
    home,
    name: `redis-${artifactVersion}`,
    onProgress,
    fill: (target) => fetchBinary(home, target, binary, onProgress),
  });
  return join(folder, 'redis-server');
}

async function fetchBinary(
  home: string,
  folder: string,
  binary: RedisBinary,
  onProgress: Progress,
): Promise<void> {
  await runMaven({
    home,
    project: 'redis.pom.xml',
    arguments: [
      'dependency:unpack-dependencies',
      '-DexcludeTransitive=true',
      `-Dmdep.unpack.includes=${binary.entry}`,
      `-DoutputDirectory=${folder}`,
      `-DmarkersDirectory=${join(folder, 'markers')}`,
    ],
    what: 'Redis (12 MB)',
    onProgress,
  });
  const unpacked = join(folder, binary.entry);
  const path = join(folder, 'redis-server');
  if (createHash('sha256').update(readFileSync(unpacked)).digest('hex') !== binary.sha256) {
    throw new LocalError(
      'install_failed',
      'Maven brought another redis-server than the reviewed one: check its mirror settings, or install redis-server yourself.',
    );
  }
  renameSync(unpacked, path);
  chmodSync(path, 0o700);
  if (!(await isUsable(path))) {
    throw new LocalError(
      'install_failed',
      'The embedded Redis does not run on this machine: install redis-server 6.2 or later, or set REDIS_URL.',
    );
  }
  onProgress('Redis is installed');
}

async function isUsable(command: string): Promise<boolean> {
  try {
    const { stdout } = await run(command, ['--version'], { timeout: versionDeadlineMs });
    return isRecentEnough(stdout);
  } catch {
    return false;
  }
}

/** Whether `redis-server --version` names 6.2 or later, the oldest the scripts are written for. */
export function isRecentEnough(versionLine: string): boolean {
  const match = /\bv=(\d+)\.(\d+)\./.exec(versionLine);
  if (match === null) return false;
  const major = Number(match[1]);
  return major > 6 || (major === 6 && Number(match[2]) >= 2);
}
