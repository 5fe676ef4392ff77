import type { CommandLine } from '../process/command-line.ts';

type RedisPlace = {
  readonly dataDir: string;
  readonly port: number;
  /** More settings, by their names in redis.conf. */
  readonly settings?: Readonly<Record<string, string>>;
};

/**
 * How the local Redis is started: reachable from this machine only, writing an
 * append-only file synced every second, never evicting, and without the
 * snapshots that would stall it at times of its own choosing.
 */
export function redisCommand({ binary, ...place }: RedisPlace & { readonly binary: string }): CommandLine {
  return {
    command: binary,
    args: Object.entries(redisSettings(place)).flatMap(([key, value]) => [`--${key}`, value]),
  };
}

/** The same settings as a redis.conf, where nothing is to stand on a command line. */
export function redisConfigFile(place: RedisPlace): string {
  return Object.entries(redisSettings(place))
    .map(([key, value]) => `${key} ${value === '' ? '""' : value}\n`)
    .join('');
}

const redisSettings = ({ dataDir, port, settings }: RedisPlace): Readonly<Record<string, string>> => ({
  port: String(port),
  bind: '127.0.0.1',
  'protected-mode': 'yes',
  dir: dataDir,
  appendonly: 'yes',
  appendfsync: 'everysec',
  'maxmemory-policy': 'noeviction',
  save: '',
  daemonize: 'no',
  ...settings,
});
