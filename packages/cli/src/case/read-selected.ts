import { streams, WeirError } from '@weir/contracts';
import type { StreamName } from '@weir/contracts';
import { openEvents } from '@weir/envelope';
import type { OpenedEvent } from '@weir/envelope';
import type { KafkaRecord } from '@weir/kafka';
import type { Ops } from '../ops/connect-ops.ts';
import { readDeadlineMs } from '../ops/read-events.ts';
import type { ReadStretch } from '../ops/read-latest.ts';

/** A record, and what it says; `closed` where its key can't be used, and never will without somebody's doing. */
export type SelectedRecord = {
  readonly record: KafkaRecord;
  readonly opened: OpenedEvent | { readonly ok: false; readonly closed: string };
};

/**
 * Reads a stretch of a stream and opens what is wanted of it by what stands in clear: nothing of anybody else is
 * opened. In offset order within each partition.
 */
export const readSelected = (
  ops: Ops,
  stream: StreamName,
  range: ReadStretch,
  isWanted: (record: KafkaRecord) => boolean,
  onRecord: (selected: SelectedRecord) => void,
  signal: AbortSignal,
): Promise<void> =>
  ops.kafka.readRange({
    topic: streams[stream].topic,
    ...range,
    readCommitted: true,
    deadlineMs: readDeadlineMs,
    signal,
    onRecord: async (record) => {
      if (isWanted(record)) onRecord({ record, opened: await open(ops, stream, record) });
    },
  });

async function open(
  { opener, environment }: Ops,
  stream: StreamName,
  record: KafkaRecord,
): Promise<SelectedRecord['opened']> {
  try {
    const [opened] = await openEvents({ opener, stream, environment }, [record]);
    if (opened === undefined) throw new Error('fewer records were opened than were given');
    return opened;
  } catch (error) {
    // What may pass ends the command: run again, it opens what is closed only now.
    if (!(error instanceof WeirError) || error.recovery === 'retry') throw error;
    return { ok: false, closed: error.code };
  }
}

export const keyOf = ({ key }: KafkaRecord): string | undefined => key?.toString('utf8');
