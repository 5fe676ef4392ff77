import { decodePayload, events, parseInstant, streams, WeirError } from '@weir/contracts';
import type { DecidedSubject, RejectionCode } from '@weir/contracts';
import type { KafkaRecord } from '@weir/kafka';
import type { Observation } from '@weir/learning';
import type { LearnerParts } from './learner-parts.ts';
import { readOpened } from './read-opened.ts';

export const journalTopic = streams.decisions.topic;

/** Offsets to read of one partition: from the first up to before the second. */
export type Range = { readonly from: number; readonly until: number };
export type Ranges = ReadonlyMap<number, Range>;

/** A decision about a transaction that may be learned from. */
export type Decided = {
  readonly partition: number;
  /** Of the transaction, in the log. */
  readonly offset: number;
  readonly eventTimeMs: number;
  /** False where the date lies in its source's future: such a one moves no time. */
  readonly isTimeBelieved: boolean;
  readonly subject: DecidedSubject;
  readonly featureNames: readonly string[];
  readonly features: readonly (number | null)[];
};

/** One record of the journal. */
export type JournalEntry = {
  readonly partition: number;
  /** Of the record, in the journal. */
  readonly offset: number;
  readonly logId: string;
  readonly decided: readonly Decided[];
};

export type JournalReading = {
  /** In the order of a partition. */
  readonly onEntry: (entry: JournalEntry) => void;
  readonly onUnreadable: (record: KafkaRecord, code: RejectionCode) => void;
};

/** One look at the KMS's answers for so many; each may be a megabyte. */
const openAtATime = 50;

/**
 * Reads the ranges of the journal. What does not open, or breaks its contract, is
 * told of and passed over: nobody learns from what can't be read.
 *
 * Throws WeirError: `position_moved` where retention has just taken what was to be
 * read, and what reading and opening throw.
 */
export async function readJournal(
  parts: Pick<LearnerParts, 'kafka' | 'opening' | 'signal'>,
  ranges: Ranges,
  { onEntry, onUnreadable }: JournalReading,
): Promise<void> {
  try {
    await readOpened(parts, {
      stream: 'decisions',
      from: new Map([...ranges].map(([partition, { from }]) => [partition, from])),
      until: new Map([...ranges].map(([partition, { until }]) => [partition, until])),
      openAtATime,
      onOpened: (one, record) => {
        if (!one.ok) return onUnreadable(record, one.rejection.code);
        const entry =
          one.attributes.type === events.journal.type ? entryOf(record, one.plaintext) : undefined;
        return entry === undefined ? onUnreadable(record, 'contract_violation') : onEntry(entry);
      },
    });
  } catch (error) {
    if (!(error instanceof WeirError) || error.code !== 'log_truncated') throw error;
    throw new WeirError(
      'position_moved',
      `retention took the beginning of ${journalTopic} while it was read`,
      { cause: error },
    );
  }
}

function entryOf(record: KafkaRecord, plaintext: Uint8Array): JournalEntry | undefined {
  const payload = decodePayload(events.journal, plaintext);
  // A record isn't bound to its partition: one copied here from another would be learned from twice.
  if (!payload.ok || payload.value.partition !== record.partition) return undefined;
  const { logId, partition, featureNames, decisions } = payload.value;
  const decided = decisions.flatMap((decision): Decided[] => {
    if (decision.outcome !== 'cleared' && decision.outcome !== 'held') return [];
    const { subject, features, offset, reasons } = decision;
    const time = subject === undefined ? undefined : parseInstant(subject.eventTime);
    if (subject === undefined || time?.ok !== true) return [];
    const isTimeBelieved = !reasons.includes('future_dated');
    return [
      { partition, offset, eventTimeMs: time.epochMs, isTimeBelieved, subject, featureNames, features },
    ];
  });
  return { partition, offset: record.offset, logId, decided };
}

/** As the learning core takes it. */
export function observationOf(decided: Decided): Observation {
  const { partition, offset, eventTimeMs, subject, featureNames, features } = decided;
  const { transaction, account, counterparty, currency, creditDebitIndicator } = subject;
  const named = Object.fromEntries(featureNames.map((name, index) => [name, features[index] ?? null]));
  return {
    partition,
    offset,
    eventTimeMs,
    transaction,
    account,
    counterparty,
    currency,
    creditDebitIndicator,
    features: named,
  };
}
