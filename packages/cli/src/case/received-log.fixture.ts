import { events, formatInstant, streams } from '@weir/contracts';
import { createOpener, createSealer, sealEvents } from '@weir/envelope';
import { createMemoryKafka } from '@weir/kafka/memory';
import { storedDigest } from '@weir/replays';
import type { ManifestPlace } from '@weir/replays';
import { createMemoryKms, kekArn } from '../../../envelope/src/key-provider.fixture.ts';
import type { Ops } from '../ops/connect-ops.ts';

const environment = 'test';
const startMs = Date.UTC(2026, 0, 5, 8);

/** A log of one partition that holds one record of an account, which is no transaction; and who reads it. */
export async function createReceivedLog(account: string) {
  const kafka = createMemoryKafka(() => startMs).connect();
  const { topic } = streams.received;
  await kafka.ensureTopics([{ topic, partitions: 1, replicationFactor: 1, config: {} }]);
  const { keyProvider } = createMemoryKms();
  const opened: string[] = [];
  const opener = createOpener({
    ...{ keyProvider, app: 'weir', environment, nowMs: () => 0 },
    allowedKeyIds: (stream) => {
      opened.push(stream);
      return new Set([kekArn]);
    },
  });
  const sealer = createSealer({
    ...{ keyProvider, app: 'weir', environment, keyId: kekArn, stream: 'received' },
    nowMs: () => 0,
  });
  const { type, dataSchema } = events.transactionReceived;
  const event = { id: 'tx-1', key: account, tenant: 'demo', time: formatInstant(startMs), type, dataSchema };
  const [sealed] = await sealEvents({ sealer, stream: 'received', environment, source: '/test' }, [
    { ...event, plaintext: Buffer.from('{}') },
  ]);
  if (sealed === undefined) throw new RangeError('one event gives one record');
  const { key, value, headers } = sealed;
  const producer = await kafka.createProducer();
  await producer.append(topic, 0, [{ key, value, headers: { ...headers }, timestampMs: startMs }]);
  await producer.close();
  const ops: Pick<Ops, 'kafka' | 'opener' | 'environment'> = { kafka, opener, environment };
  const place: ManifestPlace = {
    ...{ partition: 0, offset: 0, timestampMs: startMs },
    sha256: storedDigest({ key: Buffer.from(key), value }).toString('hex'),
  };
  return { ops: { ...ops, recorder: noRecorder, close: async () => undefined }, opened, place };
}

const noRecorder = (): never => {
  throw new Error('nothing is recorded here');
};
