import type { AlertEntry } from '@weir/alerts';
import type { StoredEntry, StoredRecord } from '@weir/alert-store';
import { streams } from '@weir/contracts';
import { openEvents } from '@weir/envelope';
import type { Opener } from '@weir/envelope';
import type { KafkaRecord } from '@weir/kafka';
import type { ShownEntry } from '../notification.ts';
import { readRecord } from '../read-record.ts';
import type { InputStream } from '../read-record.ts';

/**
 * Opens the evidence of entries, in order. One whose evidence is missing, can't be opened any more, or is
 * that of another transaction is shown by its facts alone. Throws what the KMS throws.
 */
export async function openEvidence(
  opening: { readonly opener: Opener; readonly environment: string },
  entries: readonly StoredEntry[],
): Promise<readonly ShownEntry[]> {
  const shown = new Map<string, ShownEntry['finding']>();
  for (const [stream, kept] of Map.groupBy(entries.flatMap(keptRecord), (one) => one.stream)) {
    const opened = await openEvents(
      { ...opening, stream },
      kept.map(({ record }) => record),
    );
    kept.forEach(({ entry, record }, index) => {
      const one = opened[index];
      const finding = one === undefined ? undefined : readRecord(stream, record, one);
      if (finding?.kind === 'transaction' && finding.identity === entry.entryId)
        shown.set(entry.entryId, finding);
      if (finding?.kind === 'refused' && placeText(finding.origin) === entry.entryId)
        shown.set(entry.entryId, finding);
    });
  }
  return entries.map(({ entry }) => ({ entry, finding: shown.get(entry.entryId) }));
}

type KeptRecord = { readonly entry: AlertEntry; readonly stream: InputStream; readonly record: KafkaRecord };

function keptRecord({ entry, record }: StoredEntry): readonly KeptRecord[] {
  if (record === undefined) return [];
  const stream = entry.kept.topic === streams.held.topic ? 'held' : 'rejected';
  return [{ entry, stream, record: asRead(entry, record) }];
}

/** The record as the consumer once gave it; what is read from it is in its headers and its value. */
const asRead = (entry: AlertEntry, { key, value, headers }: StoredRecord): KafkaRecord => ({
  ...entry.kept,
  timestampMs: entry.eventAtMs,
  key: Buffer.from(key),
  value: Buffer.from(value),
  headers: Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)])),
  repeatedHeaders: [],
});

const placeText = ({ topic, partition, offset }: AlertEntry['kept']): string =>
  `${topic}/${partition}/${offset}`;
