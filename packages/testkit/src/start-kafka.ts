import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { pickFreePort, resolveHome, startKafkaBroker } from '@weir/local';
import type { OwnedProcess } from '@weir/local';
import { makeTempFolder } from './temp-folder.ts';

const stopGraceMs = 10_000;

/** A broker for tests. */
export type TestKafka = {
  /** What KAFKA_BROKERS would say. */
  readonly brokers: string;
  /** Unique to this call: put it before every topic, group and transactional id of the test. */
  readonly prefix: string;
  /** kill -9. Only on a broker of one's own. */
  readonly kill: () => Promise<void>;
  /** Starts again on the same port with the same data, after `kill` or `stop`. Only on a broker of one's own. */
  readonly restart: () => Promise<void>;
  /** Stops a broker of one's own; leaves the shared one alone. Idempotent. */
  readonly stop: () => Promise<void>;
};

/**
 * Answers a broker that serves. When the test run has started a shared one
 * (WEIR_TEST_KAFKA), that is it; otherwise, or with `own`, one is started with
 * its data in a temporary folder and ends with this process at the latest.
 */
export async function startKafka(options: { readonly own?: boolean } = {}): Promise<TestKafka> {
  const prefix = `t${randomBytes(5).toString('hex')}.`;
  const shared = process.env['WEIR_TEST_KAFKA'];
  if (shared !== undefined && shared !== '' && options.own !== true) {
    return { brokers: shared, prefix, kill: refuse, restart: refuse, stop: async () => undefined };
  }
  const place = {
    home: resolveHome(process.env),
    dataDir: join(makeTempFolder('kafka'), 'data'),
    port: await pickFreePort(),
    controllerPort: await pickFreePort(),
    onProgress: (sentence: string) => void process.stderr.write(`${sentence}\n`),
  };
  let broker: OwnedProcess = await startKafkaBroker(place);
  return {
    brokers: `127.0.0.1:${place.port}`,
    prefix,
    kill: () => broker.kill(),
    restart: async () => {
      await broker.stop(stopGraceMs);
      broker = await startKafkaBroker(place);
    },
    stop: () => broker.stop(stopGraceMs),
  };
}

async function refuse(): Promise<never> {
  throw new Error('This broker is shared with other tests: ask for startKafka({ own: true }).');
}
