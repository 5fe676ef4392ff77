import { createSecretKey } from 'node:crypto';
import { Readable } from 'node:stream';
import { WeirError } from '@weir/contracts';
import type { Producer } from '@weir/kafka';
import { startFeed } from '../../services/ingest/src/run-feed.ts';
import type { FeedPorts, FeedSettings } from '../../services/ingest/src/run-feed.ts';
import { createLazyProducer } from '../../services/ingest/src/send/lazy-producer.ts';
import type { RetryWithin } from '../../services/ingest/src/send/retry-within.ts';
import type { OpenSource } from '../../services/ingest/src/source/open-source.ts';
import { plainEnvelope } from './plain-envelope.ts';
import type { SimProcess } from './scheduler.ts';
import type { SimWorker } from './sim-worker.ts';
import { environment, everyOf, linkOf } from './world.ts';
import type { World } from './world.ts';

/** What the file's transactions and refusals name as where they come from. */
export const source = 'bank';

const settings: FeedSettings = {
  input: 'bank.ndjson',
  mapping: null,
  tenant: 'demo',
  source,
  environment,
  ledgerFile: 'ledger.json',
  force: false,
  untilEventTimeMs: null,
  futureLimitMs: 86_400_000,
};

/** By these the accounts and counterparties of the file are named. */
export const indexKey = createSecretKey(Buffer.alloc(32, 1));
export const indexKeyVersion = 1;
const routingKey = createSecretKey(Buffer.alloc(32, 2));
const chunkBytes = 2_000;

/**
 * Starts a feed of the world's file, which goes on where the ledger on the
 * world's disk says. `force` feeds it again from its beginning.
 */
export const startIngest = async (world: World, process: SimProcess, force: boolean): Promise<SimWorker> => {
  const kafka = world.kafka.connect(linkOf(world, process));
  const producer = acknowledging(world, createLazyProducer(kafka));
  const { sealer, opener } = plainEnvelope(process, world.kms, world.random);
  const stopping = new AbortController();
  const ports: FeedPorts = {
    kafka,
    producer,
    sealers: { received: sealer, rejected: sealer },
    opener,
    indexKey,
    indexKeyVersion,
    routingKey,
    stdin: Readable.from([]),
    openSource: sourceOf(world, process),
    ledgers: {
      read: () => process.call('disk', 'read ledger', () => world.disk.ledger, diskFault),
      write: (_path, ledger) =>
        process.call(
          'disk',
          'write ledger',
          () => {
            world.disk.ledger = ledger;
          },
          diskFault,
        ),
    },
    every: everyOf(process),
    nowMs: world.scheduler.nowMs,
    retry: retryOf(world, process),
    stopping,
  };
  const feed = await startFeed({ ...settings, force }, ports);
  return {
    ended: feed.ended,
    stop: async () => {
      stopping.abort();
      await feed.ended.catch(() => undefined);
    },
  };
};

const diskFault = (): Error => new WeirError('config_invalid', 'the disk failed');

/** Writes down what the log has acknowledged. */
const acknowledging = (world: World, producer: Producer): Producer => ({
  ...producer,
  append: async (topic, partition, records) => {
    const answer = await producer.append(topic, partition, records);
    records.forEach(({ value }, index) =>
      world.acknowledged.push({
        topic,
        partition,
        offset: answer.firstOffset + index,
        value: value ?? Buffer.alloc(0),
      }),
    );
    return answer;
  },
});

const sourceOf =
  ({ bank: { bytes } }: World, process: SimProcess): OpenSource =>
  async () => {
    let bytesRead = 0;
    async function* chunks(): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < bytes.length; at += chunkBytes) {
        const chunk = bytes.subarray(at, at + chunkBytes);
        await process.call('disk', 'read input', () => undefined, diskFault);
        bytesRead += chunk.length;
        yield chunk;
      }
    }
    return { bytesTotal: bytes.length, head: bytes, chunks: chunks(), bytesRead: () => bytesRead };
  };

const retryOf = ({ scheduler, random }: World, process: SimProcess): RetryWithin => ({
  // The shorter it is, the oftener a feed gives up and has to be resumed.
  limitMs: random.pick([500, 5_000, 60_000]),
  nowMs: scheduler.nowMs,
  random: random.unit,
  sleep: (delayMs, signal) =>
    new Promise((resolve, reject) => {
      const stop = (): void => reject(new Error('the run was stopped'));
      if (signal.aborted) return stop();
      signal.addEventListener('abort', stop, { once: true });
      void process.sleep(delayMs).then(() => {
        signal.removeEventListener('abort', stop);
        resolve();
      });
    }),
  onRetry: () => undefined,
});
