import { join } from 'node:path';
import { ensurePrivateFolder } from '../home.ts';
import type { Progress } from '../install/install-once.ts';
import type { OwnedProcess } from '../process/owned-process.ts';
import { startReady } from '../process/start-ready.ts';
import { installRedis } from './install-redis.ts';
import { redisCommand } from './redis-command.ts';
import { redisReadiness } from './redis-readiness.ts';
import { redisSecuritySettings } from './redis-security.ts';

const redisReadyDeadlineMs = 30_000;

/**
 * Starts one Redis on 127.0.0.1 and resolves when it serves. Data in `dataDir`
 * is found again at every later start.
 *
 * Throws LocalError `maven_missing`, `install_failed`, `platform_unsupported`
 * or `not_ready`; no process is left then.
 */
export async function startRedisServer(options: {
  readonly home: string;
  readonly dataDir: string;
  readonly port: number;
  readonly onProgress: Progress;
  /** A folder with the server's certificate and users: TLS alone is served then. */
  readonly securityFolder?: string | undefined;
  /** More settings, by their names in redis.conf. */
  readonly settings?: Readonly<Record<string, string>>;
}): Promise<OwnedProcess> {
  const binary = await installRedis(options.home, options.onProgress);
  const dataDir = ensurePrivateFolder(options.dataDir);
  const logFile = join(dataDir, 'redis-output.log');
  const { securityFolder, port } = options;
  const settings = {
    ...(securityFolder === undefined ? {} : redisSecuritySettings(securityFolder, port)),
    ...options.settings,
  };
  const commandLine = redisCommand({ binary, dataDir, port: options.port, settings });
  return startReady({
    name: 'redis',
    commandLine,
    readiness: redisReadiness(port, securityFolder),
    deadlineMs: redisReadyDeadlineMs,
    logFile,
  });
}
