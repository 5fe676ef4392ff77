import { entryOf, episodeKeysOf, unusualAlertId } from '@weir/alerts';
import type { Alert } from '@weir/alerts';
import type { StoredEntry } from '@weir/alert-store';
import type { KafkaClient } from '@weir/kafka';
import { inputTopics, inputOf, nameOfInput } from '../intake/input-partition.ts';
import { readRun } from '../intake/read-run.ts';
import type { ReadFinding } from '../intake/read-run.ts';
import type { InputStream } from '../read-record.ts';
import { encodeDetails, growDetails } from '../store/alert-details.ts';
import { alertCell } from '../store/store-columns.ts';
import { readBatches } from './read-batches.ts';
import type { OpenedRecord } from './read-batches.ts';
import type { EntryPlace, RestoredAlerts, RestoringParts, UnnamedAlert } from './restore-alerts.ts';

export type EntriesParts = RestoringParts & {
  readonly kafka: Pick<KafkaClient, 'readRange' | 'offsets' | 'groupPositions'>;
  readonly groupId: string;
};

export type RestoredEntries = {
  readonly found: ReadonlySet<string>;
  /** By alert, the key of its episode. */
  readonly episodeKeys: ReadonlyMap<string, string>;
  /** Where to read each input partition on: at its end, or at the first record that no alert names. */
  readonly positions: readonly {
    readonly topic: string;
    readonly partition: number;
    readonly next: number;
  }[];
  /** Records that no alert names: nobody may have been told of them. */
  readonly untold: number;
};

/** Reads the evidence of every entry back from where detection left it. */
export async function restoreEntries(parts: EntriesParts, alerts: RestoredAlerts): Promise<RestoredEntries> {
  const found = new Set<string>();
  const episodeKeys = new Map<string, string>();
  const next = await endsOf(parts);
  const committed = await committedOf(parts);
  let untold = 0;

  /** From here on the partition is read by the intake, which drops what is in an alert. */
  function leave(record: OpenedRecord['record']): void {
    untold += 1;
    const name = nameOfInput(inputOf(record));
    next.set(name, { ...record, next: Math.min(next.get(name)?.next ?? Infinity, record.offset) });
  }

  for (const stream of ['held', 'rejected'] satisfies InputStream[])
    await readBatches(parts, stream, async (batch) => {
      const named: NamedFinding[] = [];
      for (const one of batch) {
        const input = { stream, partition: one.record.partition };
        const run = readRun(input, parts.opening.environment, [one.record], [one.opened]);
        // What can't be read has its dead letter, unless nobody has come to it yet.
        if (run.unreadable.length > 0 && one.record.offset >= (committed.get(nameOfInput(input)) ?? 0))
          leave(one.record);
        for (const finding of run.findings) {
          const place = alerts.entries.get(finding.entryId);
          const unnamed = place === undefined ? unnamedFor(alerts, finding) : undefined;
          if (place === undefined && unnamed === undefined) leave(one.record);
          else if (!found.has(finding.entryId))
            named.push({ finding, unnamed, place: place ?? firstOf(unnamed?.alert) });
          found.add(finding.entryId);
        }
      }
      for (const { finding, place } of named) episodeKeys.set(place.alertId, episodeKeysOf(finding.facts)[0]);
      await write(parts, named);
    });
  return {
    ...{ found, episodeKeys, untold },
    positions: [...next.values()].map(({ topic, partition, next: at }) => ({ topic, partition, next: at })),
  };
}

type NamedFinding = {
  readonly finding: ReadFinding;
  readonly place: EntryPlace;
  readonly unnamed: UnnamedAlert | undefined;
};

const firstOf = (alert: Alert | undefined): EntryPlace => ({
  alertId: alert?.alertId ?? '',
  ordinal: 0,
  release: 'none',
});

/** The alert of an earlier release that a transaction began: its id is made of it. */
function unnamedFor({ unnamed }: RestoredAlerts, { facts }: ReadFinding): UnnamedAlert | undefined {
  return facts.kind === 'transaction' ? unnamed.get(unusualAlertId(facts)) : undefined;
}

type Place = { readonly topic: string; readonly partition: number; readonly next: number };

async function endsOf({ kafka }: EntriesParts): Promise<Map<string, Place>> {
  const ends = new Map<string, Place>();
  for (const topic of inputTopics)
    for (const { partition, end } of await kafka.offsets(topic))
      ends.set(nameOfInput(inputOf({ topic, partition })), { topic, partition, next: end });
  return ends;
}

async function committedOf({ kafka, groupId }: EntriesParts): Promise<ReadonlyMap<string, number>> {
  const committed = new Map<string, number>();
  for (const topic of inputTopics)
    for (const { partition, next } of await kafka.groupPositions(groupId, topic))
      if (next !== undefined) committed.set(nameOfInput(inputOf({ topic, partition })), next);
  return committed;
}

async function write(
  { store, columns }: Pick<EntriesParts, 'store' | 'columns'>,
  named: readonly NamedFinding[],
): Promise<void> {
  if (named.length === 0) return;
  const entries = named.map(({ finding, place }): StoredEntry => ({
    entry: { ...entryOf(finding.facts, place.alertId, place.ordinal), release: place.release },
    record: finding.evidence,
  }));
  const completed = named.flatMap(({ finding, unnamed }) =>
    unnamed === undefined ? [] : [{ alert: unnamed.alert, finding }],
  );
  const sealed = await columns.seal(
    completed.map(({ alert, finding }) => ({
      ...alertCell(alert),
      plaintext: encodeDetails(growDetails(undefined, finding.entryId, [finding.details])),
    })),
  );
  await store.transaction(async (rows) => {
    await rows.saveAlerts(
      completed.map(({ alert, finding }, index) => ({
        alert: { ...alert, first: finding.entryId, gravest: finding.entryId, latest: finding.entryId },
        sealed: sealed[index] ?? new Uint8Array(),
      })),
    );
    await rows.addEntries(entries);
  });
}
