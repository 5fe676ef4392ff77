import { hash } from 'node:crypto';
import {
  encodePayload,
  encodeRejected,
  events,
  formatInstant,
  redriveHeader,
  streams,
  systemTenant,
  WeirError,
  writeRedriveHeader,
  type RedriveMark,
  type RedriveRecord,
  type RejectedRecord,
  type RejectionCode,
  type StreamName,
} from '@weir/contracts';
import {
  createOpener,
  createSealer,
  deadLetterEvent,
  sealEvents,
  type SealedEvent,
  type UnsealedEvent,
} from '@weir/envelope';
import { createMemoryKafka } from '@weir/kafka/memory';
import { canaries } from '@weir/testkit';
import { createMemoryKms, kekArn, otherKekArn } from '../../../envelope/src/key-provider.fixture.ts';
import type { Ops } from '../ops/connect-ops.ts';
import type { LetterPlace } from './dead-letter.ts';
import { readLetterAt, type LetterOps } from './read-letters.ts';

const environment = 'test';
export const startMs = Date.UTC(2026, 0, 5, 8);
/** A line that a source offered, with everything that nobody may see of it unasked. */
export const offeredLine = `{"account":{"iban":"${canaries.iban}"},"note":"${canaries.description}","amount":12.50}`;

/** The log, a KMS and the rejected topic in memory, and who writes on it. */
export async function createLetterWorld() {
  const kafka = createMemoryKafka(() => startMs).connect();
  const { topic } = streams.rejected;
  const partitions = { partitions: 2, replicationFactor: 1, config: {} };
  await kafka.ensureTopics([topic, streams.received.topic].map((one) => ({ topic: one, ...partitions })));
  const producer = await kafka.createProducer();
  const { keyProvider } = createMemoryKms();
  const disabled = new Set<string>();
  const opened: string[] = [];
  const opener = createOpener({
    keyProvider: {
      ...keyProvider,
      decrypt: async (asked) => {
        if (disabled.has(asked.keyId)) throw new WeirError('kms_key_disabled', 'this key is off');
        return keyProvider.decrypt(asked);
      },
    },
    ...{ app: 'weir', environment, nowMs: () => 0 },
    allowedKeyIds: (stream) => {
      opened.push(stream);
      return new Set([kekArn, otherKekArn]);
    },
  });
  const ops: LetterOps = { kafka, opener, environment };

  async function seal(stream: StreamName, event: UnsealedEvent, keyId = kekArn): Promise<SealedEvent> {
    const sealer = createSealer({ keyProvider, app: 'weir', environment, keyId, stream, nowMs: () => 0 });
    const [sealed] = await sealEvents({ sealer, stream, environment, source: '/test' }, [event]);
    if (sealed === undefined) throw new RangeError('one event gives one record');
    return sealed;
  }

  async function append(
    partition: number,
    record: {
      readonly key: string;
      readonly value: Buffer;
      readonly headers: SealedEvent['headers'] | object;
    },
    timestampMs: number,
  ): Promise<LetterPlace> {
    const { firstOffset } = await producer.append(topic, partition, [
      { key: record.key, value: record.value, headers: { ...record.headers }, timestampMs },
    ]);
    return { partition, offset: firstOffset };
  }

  return {
    ops,
    disabled,
    /** The streams that something was opened of, in order. */
    opened,
    /** A line of a source that was refused. */
    async refuseLine(of: {
      readonly beside?: Pick<RejectedRecord, 'offered' | 'redrive'>;
      readonly line: number;
      readonly codes: readonly RejectionCode[];
      readonly source?: string;
      readonly text?: string | Buffer;
      readonly partition?: number;
      readonly atMs?: number;
      readonly keyId?: string;
    }): Promise<LetterPlace> {
      const { line, codes, source = 'core', text = offeredLine, partition = 0, atMs = startMs } = of;
      const original = Buffer.from(text);
      const event = rejectedEvent(`${source}-${line}`, source, {
        rejections: codes.map((code) => ({ code, path: 'account.iban' })),
        origin: { kind: 'source', source, line },
        ...{ key: null, headers: [], original },
        originalBytes: original.length,
        originalSha256: hash('sha256', original),
        ...of.beside,
      });
      return append(partition, await seal('rejected', event, of.keyId), atMs);
    },
    /** A sealed record of a stream that was refused where it stood, changed as told. */
    async refuseRecord(of: {
      readonly code: RejectionCode;
      readonly stream?: StreamName;
      readonly change?: (sealed: SealedEvent) => SealedEvent;
      /** What it says; a line that is no payload of the stream, unless told. */
      readonly plaintext?: Buffer;
      readonly atMs?: number;
    }): Promise<LetterPlace> {
      const { code, stream = 'received', change = (sealed) => sealed, atMs = startMs } = of;
      const { type, dataSchema } = events.transactionReceived;
      const about = { id: 'tx-1', key: 'a1_pseudonym', tenant: 'demo', time: formatInstant(startMs) };
      const sealed = change(
        await seal(
          stream,
          { ...about, type, dataSchema, plaintext: of.plaintext ?? Buffer.from(offeredLine) },
          otherKekArn,
        ),
      );
      const record = {
        ...{ topic: streams[stream].topic, partition: 2, offset: 41, timestampMs: startMs },
        key: Buffer.from(sealed.key),
        value: sealed.value,
        headers: Object.fromEntries(
          Object.entries(sealed.headers).map(([name, value]) => [name, Buffer.from(value)]),
        ),
      };
      const letter = deadLetterEvent(record, { code, path: '' });
      return append(1, await seal('rejected', letter), atMs);
    },
    /** What nobody of ours wrote on the topic. */
    writeStray: (value: string, atMs = startMs): Promise<LetterPlace> =>
      append(1, { key: 'stray', value: Buffer.from(value), headers: {} }, atMs),
    /** What ingest says of letters that it redrives. */
    async sayRedrive(said: RedriveRecord, atMs = startMs): Promise<LetterPlace> {
      const { type, dataSchema } = events.redrive;
      const about = { id: `redrive-${said.kind}`, key: 'redrive', tenant: systemTenant };
      const plaintext = encodePayload(events.redrive, said);
      const event = { ...about, type, dataSchema, time: formatInstant(atMs), plaintext };
      return append(0, await seal('rejected', event), atMs);
    },
    /** A record of the log that nobody opens, which was redriven as the header says. */
    async redriveToLog(partition: number, mark?: RedriveMark): Promise<void> {
      const headers = mark === undefined ? {} : { [redriveHeader]: writeRedriveHeader(mark) };
      await producer.append(streams.received.topic, partition, [
        { key: 'a', value: Buffer.from('b'), headers },
      ]);
    },
    /** A dead letter that can be read, as it was read. */
    async letterAt(place: LetterPlace): Promise<RejectedRecord> {
      const found = await readLetterAt(ops, place, new AbortController().signal);
      if (found?.opened.ok !== true) throw new RangeError('no dead letter that can be read stands there');
      return found.opened.rejected;
    },
  };
}

/** A trail in memory: what it was told, in order, or that nothing can be told to it. */
export function createTrail(state: 'works' | 'is away' | 'forgets the end' = 'works') {
  const told: string[] = [];
  const away = (): never => {
    throw new WeirError('audit_unavailable', 'no notary');
  };
  const recorder: Ops['recorder'] = () => ({
    record: async () => away(),
    recordBefore: async ({ action, subject, details }) => {
      if (state === 'is away') away();
      told.push(`begun ${action} ${subject.kind} ${subject.id} ${JSON.stringify(details)}`);
      return {
        requestId: '1',
        end: async (result, more = {}) => {
          if (state === 'forgets the end') away();
          told.push(`${result} ${JSON.stringify(more)}`);
        },
      };
    },
    close: async () => undefined,
  });
  return { told, recorder };
}

const rejectedEvent = (id: string, key: string, record: RejectedRecord): UnsealedEvent => ({
  id,
  key,
  tenant: systemTenant,
  time: formatInstant(startMs),
  type: events.recordRejected.type,
  dataSchema: events.recordRejected.dataSchema,
  plaintext: encodeRejected(record),
});
