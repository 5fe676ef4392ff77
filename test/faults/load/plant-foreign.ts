import { streams } from '@weir/contracts';
import type { KafkaClient, KafkaRecord, OutgoingRecord } from '@weir/kafka';
import type { PlacedRecord } from '../../history-checks/history.ts';
import type { SeededRandom } from '../plan/seeded-random.ts';
import { logPartitions } from '../stack/start-fault-stack.ts';

const { topic } = streams.received;
const appendTimeoutMs = 20_000;

/** A record of the log as a stranger would copy it. */
export type CopiedRecord = Pick<KafkaRecord, 'partition' | 'key' | 'value' | 'headers'>;

/**
 * Puts into each partition of the log what nobody of ours wrote: plain text, no
 * value at all, a sealed record with one bit turned, and one copied from another
 * partition. Answers where they are known to stand; where the broker gave no
 * answer they may stand without being known. Never rejects.
 */
export async function plantForeign(
  kafka: KafkaClient,
  random: SeededRandom,
  copied: CopiedRecord | undefined,
): Promise<PlacedRecord[]> {
  const planted: PlacedRecord[] = [];
  const producer = await kafka.createProducer({ appendTimeoutMs }).catch(() => undefined);
  if (producer === undefined) return planted;
  try {
    for (let partition = 0; partition < logPartitions; partition += 1) {
      const records = foreignRecords(random, copied, partition);
      try {
        const { firstOffset } = await producer.append(topic, partition, records);
        planted.push(...records.map((_, index) => ({ partition, offset: firstOffset + index })));
      } catch {
        // A stranger has no ledger: what became of these is seen in the log.
      }
    }
  } finally {
    // The broker may be away by now.
    await producer.close().catch(() => undefined);
  }
  return planted;
}

function foreignRecords(
  random: SeededRandom,
  copied: CopiedRecord | undefined,
  partition: number,
): OutgoingRecord[] {
  const plain: OutgoingRecord = { key: 'stranger', value: Buffer.from('{"verdict":"cleared"}'), headers: {} };
  const empty: OutgoingRecord = { key: null, value: null, headers: {} };
  const records = [random.pick([plain, empty])];
  if (copied?.value === undefined || copied.value === null) return records;
  const headers = Object.fromEntries(
    Object.entries(copied.headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
  const turned = Buffer.from(copied.value);
  turned[turned.length - 1] = (turned.at(-1) ?? 0) ^ 1;
  records.push({ key: copied.key, value: turned, headers });
  if (copied.partition !== partition) records.push({ key: copied.key, value: copied.value, headers });
  return records;
}
