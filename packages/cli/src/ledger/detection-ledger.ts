import type { JournalRecord } from '@weir/contracts';

/** What the journal says of one partition of the log, and what it is held against. */
export type PartitionFindings = {
  readonly partition: number;
  /** The journal's records of the partition, in order, reduced as they were read. */
  readonly tally: JournalTally;
  /** The log's first offset and its end, and P. */
  readonly earliest: number;
  readonly end: number;
  readonly published: number | undefined;
  /** How many records the log itself has where the journal says some offsets have none; undefined where it says so of none. */
  readonly recordsInLog: number | undefined;
  /** Journal records that could not be opened or read. */
  readonly unreadable: number;
};

export type OutcomeCounts = {
  readonly cleared: number;
  readonly held: number;
  readonly rejected: number;
  readonly duplicate: number;
  readonly control: number;
};

/** The journal of a partition, read so far. */
export type JournalTally = OutcomeCounts & {
  /** The offsets it spans; undefined before its first record. */
  readonly from: number | undefined;
  readonly to: number | undefined;
  /** Offsets within the span that no record of the log has. */
  readonly withoutRecord: number;
  /** Where two of its records don't join. */
  readonly breaks: number;
};

export const emptyTally: JournalTally = {
  cleared: 0,
  held: 0,
  rejected: 0,
  duplicate: 0,
  control: 0,
  from: undefined,
  to: undefined,
  withoutRecord: 0,
  breaks: 0,
};

/** The tally behind one more journal record. */
export function addToTally(
  tally: JournalTally,
  record: Pick<JournalRecord, 'from' | 'to' | 'decisions'>,
): JournalTally {
  const counts = { cleared: 0, held: 0, rejected: 0, duplicate: 0, control: 0 };
  for (const { outcome } of record.decisions) counts[outcome] += 1;
  return {
    cleared: tally.cleared + counts.cleared,
    held: tally.held + counts.held,
    rejected: tally.rejected + counts.rejected,
    duplicate: tally.duplicate + counts.duplicate,
    control: tally.control + counts.control,
    from: tally.from ?? record.from,
    to: record.to,
    withoutRecord: tally.withoutRecord + (record.to - record.from - record.decisions.length),
    breaks: tally.breaks + (tally.to === undefined || tally.to === record.from ? 0 : 1),
  };
}

export type PartitionLedger = OutcomeCounts & {
  readonly partition: number;
  /** Records of the log below P, as far as the journal reaches back. */
  readonly records: number;
  /** Records of the log that have no verdict yet. */
  readonly waiting: number;
  /** What doesn't add up, in plain words; empty where the partition balances. */
  readonly faults: readonly string[];
};

/**
 * The detection ledger of one partition: records below P = cleared + held +
 * rejected + duplicate + control. It balances where the journal spans the log
 * up to P without gap or overlap and accounts for each of its records.
 */
export function balancePartition({
  partition,
  tally,
  earliest,
  end,
  published,
  recordsInLog,
  unreadable,
}: PartitionFindings): PartitionLedger {
  const { cleared, held, rejected, duplicate, control, from, to, breaks } = tally;
  const position = published ?? earliest;
  const faults: string[] = [];
  if (unreadable > 0) faults.push(`${unreadable} records of the journal can't be read`);
  if (breaks > 0) faults.push(`the journal has ${breaks} places where two records don't join`);
  if ((to ?? earliest) !== position) {
    faults.push(`the journal ends at ${to ?? 'nothing'} but the published position is ${position}`);
  }
  // The journal may reach further back than the log, which forgets sooner; never the other way round.
  if (from !== undefined && from > earliest)
    faults.push(`the journal begins at ${from}, the log at ${earliest}`);
  // An offset the journal has no decision for has to be one the log has no record at.
  const records = from === undefined ? 0 : (recordsInLog ?? position - from);
  const accounted = cleared + held + rejected + duplicate + control;
  if (accounted !== records) faults.push(`${records} records below P, ${accounted} accounted for`);
  return {
    partition,
    cleared,
    held,
    rejected,
    duplicate,
    control,
    records,
    waiting: Math.max(0, end - position),
    faults,
  };
}
