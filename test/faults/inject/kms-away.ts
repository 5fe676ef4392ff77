import type { Fault } from './fault-context.ts';

/** Enough that some of them are refused, so that alerting is asked to open what it has no key for. */
const linesBefore = 3_000;
const linesMeanwhile = 500;
const awayMs = 5_000;

/**
 * Workers keep their keys for minutes, so each is given something while the KMS
 * is away that it has no key for. Detection and alerting: records that an ingest
 * process has sealed under keys nobody has opened yet, its rejections among
 * them. Ingest: the first lines of a process that runs and has sealed nothing.
 * At last a detection process is started anew, which has no key at all.
 */
export const kmsAway: Fault = async (context) => {
  const { stack, random, sleep, say, expect, until, openSource } = context;
  const { detection, alerting, kmsProxies } = stack;
  const running = [detection[0], detection[1], alerting];
  const [first, second] = [await openSource(), await openSource()];
  const before = await Promise.all(running.map((worker) => worker.kmsFailures()));
  await kmsProxies.others.block();
  say('the KMS is out of reach for detection and alerting');
  first.feed(linesBefore);
  await first.finish();
  say(`${linesBefore} lines fed, sealed under keys of their own`);
  for (const [index, worker] of running.entries()) {
    const hasFailed = await until(async () => {
      const failures = await worker.kmsFailures();
      // One that ended meanwhile counts from 0 again.
      return failures > 0 && failures !== before[index];
    });
    expect(`${worker.name}, running, asked the KMS in vain`, hasFailed);
  }
  await kmsProxies.ingest.block();
  say('the KMS is out of reach for ingest as well');
  second.feed(linesMeanwhile);
  expect('ingest, running, asked the KMS in vain', await until(async () => (await second.kmsFailures()) > 0));
  const starting = random.pick([detection[0], detection[1]]);
  await starting.kill();
  starting.start();
  say(`${starting.name} killed and started again`);
  await sleep(awayMs);
  const refused = (await kmsProxies.others.restore()) + (await kmsProxies.ingest.restore());
  say(`the KMS is within reach, ${refused} connections were refused`);
  await second.finish();
};
