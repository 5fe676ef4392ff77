import { redisTlsOf } from '@weir/runtime';
import { inspectRedis } from '@weir/window-store';
import type { RedisDescription } from '@weir/window-store';
import { skipped } from '../check.ts';
import type { Check } from '../check.ts';
import { judgeClock } from '../judge/judge-clock.ts';
import { judgeRedis } from '../judge/judge-redis.ts';
import type { RedisFacts } from '../judge/judge-redis.ts';
import { judgeTls } from '../judge/judge-tls.ts';
import { configWith, isLoopback } from '../patient.ts';
import type { Patient, RoleConfig } from '../patient.ts';
import { judged, probe } from '../probed.ts';
import { probeTls } from '../probe/probe-tls.ts';
import type { Instruments } from '../instruments.ts';
import type { LogFacts } from './examine-kafka.ts';

const startRedis =
  'Start Redis, or correct REDIS_URL and what belongs to it (REDIS_TLS_*); on a laptop: npm start.';

/** As measured where the memory formula comes from; whoever knows better says so. */
const recordsPerAccount = 50;

export async function examineRedis(
  patient: Patient,
  { nowMs, accounts }: Instruments,
  log: LogFacts,
): Promise<readonly Check[]> {
  const found = configWith(patient, 'REDIS_URL');
  if (found === undefined) return [skipped('redis.reachable', 'no role that is looked at has a REDIS_URL')];
  const { config, value: url } = found;
  const onLoopback = isLoopback(url.split(',').map((one) => one.trim()));
  const redis = await probe(() =>
    inspectRedis({
      url,
      tls: redisTlsOf(config),
      environment: config.WEIR_ENVIRONMENT,
      nowMs,
      connectTimeoutMs: 3_000,
      commandTimeoutMs: 3_000,
    }),
  );
  const { records } = log;
  const facts = {
    isLoopback: onLoopback,
    expected:
      records === undefined
        ? undefined
        : { records, accounts: accounts ?? Math.ceil(records / recordsPerAccount) },
    log: log.name?.kind === 'named' ? log.name : undefined,
  } satisfies Omit<RedisFacts, 'redis'>;
  const checks = judged('redis.reachable', redis, startRedis, (described) => [
    ...judgeRedis({ redis: described, ...facts }),
    examineClocks(described),
  ]);
  // An ended certificate is the very thing that makes Redis unreachable, so it is looked at in either case.
  return [...checks, ...(await examineTls(config, url, onLoopback, nowMs()))];
}

/** The clock that is furthest away speaks for all. */
function examineClocks({ nodes }: RedisDescription): Check {
  const [furthest] = nodes
    .flatMap(({ clockMs, ownClockMs }) => (clockMs === undefined ? [] : [ownClockMs - clockMs]))
    .toSorted((a, b) => Math.abs(b) - Math.abs(a));
  return furthest === undefined
    ? skipped(['clock.skew', 'Redis'], 'this Redis does not tell its clock')
    : judgeClock({ against: 'Redis', aheadMs: furthest });
}

async function examineTls(
  config: RoleConfig,
  url: string,
  onLoopback: boolean,
  nowMs: number,
): Promise<readonly Check[]> {
  const mend = 'Give Redis a TLS port and write rediss:// in REDIS_URL.';
  const first = URL.parse(url.split(',')[0]?.trim() ?? '');
  if (first === null || !first.protocol.startsWith('rediss'))
    return [judgeTls('redis.tls', { nowMs, isLoopback: onLoopback, tls: undefined }, mend)];
  const tls = await probe(() =>
    probeTls({
      host: first.hostname.replaceAll(/^\[|\]$/g, ''),
      port: first.port === '' ? 6379 : Number(first.port),
      ...redisTlsOf(config),
    }),
  );
  return judged('redis.tls', tls, 'Correct REDIS_TLS_CA_FILE, or the certificate of Redis.', (facts) => [
    judgeTls('redis.tls', { nowMs, isLoopback: onLoopback, tls: facts }, mend),
  ]);
}
