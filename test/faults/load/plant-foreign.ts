import { streams } from '@weir/contracts';
import type { RejectionCode } from '@weir/contracts';
import type { KafkaClient, KafkaRecord, OutgoingRecord } from '@weir/kafka';
import { definedHeaders } from '../../headers.ts';
import type { PlantedRecord } from '../../history-checks/history.ts';
import type { SeededRandom } from '../plan/seeded-random.ts';
import { logPartitions } from '../stack/start-fault-stack.ts';

const { topic } = streams.received;
const appendTimeoutMs = 20_000;

/** A record of the log as a stranger would copy it. */
export type CopiedRecord = Pick<KafkaRecord, 'partition' | 'key' | 'value' | 'headers'>;

/** A broker may go while it is planted. What got no answer may stand there all the same, and unknown. */
const tries = 3;

/**
 * Puts into each partition of the log what nobody of ours wrote: plain text, no
 * value at all, a sealed record with one bit turned, and one copied from another
 * partition. Answers where they are known to stand, with the code they have to
 * be refused by, and how many there should be. Never rejects.
 */
export async function plantForeign(
  kafka: KafkaClient,
  random: SeededRandom,
  copied: CopiedRecord | undefined,
): Promise<{ readonly planted: readonly PlantedRecord[]; readonly tried: number }> {
  const planted: PlantedRecord[] = [];
  let tried = 0;
  for (let partition = 0; partition < logPartitions; partition += 1) {
    const records = foreignRecords(random, copied, partition);
    tried += records.length;
    const firstOffset = await append(kafka, partition, records);
    if (firstOffset === undefined) continue;
    planted.push(...records.map(({ code }, index) => ({ partition, offset: firstOffset + index, code })));
  }
  return { planted, tried };
}

/** Where the first of them stands; undefined where no try was answered. */
async function append(
  kafka: KafkaClient,
  partition: number,
  records: readonly ForeignRecord[],
): Promise<number | undefined> {
  for (let attempt = 0; attempt < tries; attempt += 1) {
    const producer = await kafka.createProducer({ appendTimeoutMs }).catch(() => undefined);
    try {
      const outgoing = records.map(({ record }) => record);
      const appended = await producer?.append(topic, partition, outgoing).catch(() => undefined);
      if (appended !== undefined) return appended.firstOffset;
    } finally {
      // The broker may be away by now.
      await producer?.close().catch(() => undefined);
    }
  }
  return undefined;
}

type ForeignRecord = { readonly record: OutgoingRecord; readonly code: RejectionCode };

function foreignRecords(
  random: SeededRandom,
  copied: CopiedRecord | undefined,
  partition: number,
): ForeignRecord[] {
  const plain = { key: 'stranger', value: Buffer.from('{"verdict":"cleared"}'), headers: {} };
  const empty = { key: null, value: null, headers: {} };
  const records: ForeignRecord[] = [
    random.pick([
      { record: plain, code: 'not_sealed' },
      { record: empty, code: 'null_value' },
    ]),
  ];
  if (copied?.value === undefined || copied.value === null) return records;
  const headers = definedHeaders(copied.headers);
  const turned = Buffer.from(copied.value);
  turned[turned.length - 1] = (turned.at(-1) ?? 0) ^ 1;
  records.push({ record: { key: copied.key, value: turned, headers }, code: 'authentication_failed' });
  if (copied.partition !== partition)
    records.push({ record: { key: copied.key, value: copied.value, headers }, code: 'contract_violation' });
  return records;
}
