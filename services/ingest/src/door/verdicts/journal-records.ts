import { decodePayload, events, streams, type JournalRecord } from '@weir/contracts';
import { openEvents, type Opener } from '@weir/envelope';
import type { KafkaRecord } from '@weir/kafka';

export const journalTopic = streams.decisions.topic;

/** A journal record as it came, sealed: what it begins with is in its id, so that only those asked for are opened. */
export type SealedRun = { readonly from: number; readonly record: KafkaRecord };

/** What a run of detection decided, opened. */
export type OpenRun = (run: SealedRun) => Promise<JournalRecord | undefined>;

/** `journal-<log id>-<partition>-<from>`, as detection writes it. */
const idShape = /^journal-([0-9a-f-]{36})-(\d{1,6})-(\d{1,16})$/;

/** Reads where a journal record begins; undefined for one of another log or partition, and for what is none. */
export function sealedRunOf(record: KafkaRecord, logId: string): SealedRun | undefined {
  const [, log, partition, from] = idShape.exec(record.headers['ce_id']?.toString('latin1') ?? '') ?? [];
  return log === logId && Number(partition) === record.partition ? { from: Number(from), record } : undefined;
}

/** The name of the log that a journal record belongs to. */
export const logIdOf = (record: KafkaRecord): string | undefined =>
  idShape.exec(record.headers['ce_id']?.toString('latin1') ?? '')?.[1];

/** Opens runs of one log; undefined for one that isn't what its id says: only detection can seal a journal record. */
export const createRunOpener =
  (options: { readonly opener: Opener; readonly environment: string; readonly logId: string }): OpenRun =>
  async ({ from, record }) => {
    const { opener, environment, logId } = options;
    const [opened] = await openEvents({ opener, stream: 'decisions', environment }, [record]);
    const payload = opened?.ok === true ? decodePayload(events.journal, opened.plaintext) : undefined;
    if (payload?.ok !== true) return undefined;
    const run = payload.value;
    return run.logId === logId && run.partition === record.partition && run.from === from ? run : undefined;
  };
