import type { CommandLine } from '../process/command-line.ts';

/**
 * How the local Redis is started: reachable from this machine only, writing an
 * append-only file synced every second, never evicting, and without the
 * snapshots that would stall it at times of its own choosing.
 */
export function redisCommand(options: {
  readonly binary: string;
  readonly dataDir: string;
  readonly port: number;
  /** More settings, by their names in redis.conf. */
  readonly settings?: Readonly<Record<string, string>>;
}): CommandLine {
  const settings: Readonly<Record<string, string>> = {
    port: String(options.port),
    bind: '127.0.0.1',
    'protected-mode': 'yes',
    dir: options.dataDir,
    appendonly: 'yes',
    appendfsync: 'everysec',
    'maxmemory-policy': 'noeviction',
    save: '',
    daemonize: 'no',
    ...options.settings,
  };
  return {
    command: options.binary,
    args: Object.entries(settings).flatMap(([key, value]) => [`--${key}`, value]),
  };
}
