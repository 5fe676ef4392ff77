import { streams } from '@weir/contracts';
import { openEvents } from '@weir/envelope';
import type { KafkaRecord } from '@weir/kafka';
import type { ReplayPlan, Stretch } from '@weir/replays';
import { openJournal } from '../engine/journal-stream.ts';
import { keyOf, openByKey } from '../engine/open-log.ts';
import { createRecordStream } from '../engine/record-stream.ts';
import type { ReplayParts } from '../engine/replay-parts.ts';
import { createSelection } from '../engine/selection.ts';
import type { CopiedRecord } from './copy-target.ts';
import { transactionIn } from './transaction-in.ts';

/** What a copy reads by and opens with. */
export type CopyParts = Pick<ReplayParts, 'kafka' | 'opener' | 'environment' | 'clock'>;

/** A record that a plan is about. */
export type SelectedRecord = CopiedRecord & {
  /** The key that keeps it closed, '' where it has no whole seal; undefined for one that is open, or was not to be. */
  readonly closedBy: string | undefined;
};

/** What stands at consecutive offsets of one partition, up to before `next`; there may be nothing. */
export type CopyChunk = {
  /** In their order. */
  readonly selected: readonly SelectedRecord[];
  /** By key: records of which nobody can say whether the plan is about them, since that takes what is in them. */
  readonly undecided: readonly string[];
  /** How many records were read, and how many of them opened. */
  readonly read: number;
  readonly opened: number;
  readonly next: number;
};

export type CopyStream = {
  /** The next chunk; undefined behind the last. Throws what Kafka, the KMS and a journal that can't be read throw. */
  readonly next: () => Promise<CopyChunk | undefined>;
  /** Ends the reading, wherever it is; say it always. */
  readonly close: () => Promise<void>;
};

/**
 * Reads what a plan is about of one partition, from an offset on: its stream, narrowed down by its filter. The same
 * plan selects the same records each time, as long as the same keys can be used.
 */
export function createCopyStream(options: {
  readonly parts: Omit<CopyParts, 'clock'>;
  readonly plan: ReplayPlan;
  readonly stretch: Pick<Stretch, 'partition' | 'to'>;
  readonly from: number;
  /** Whether what is selected is opened; what a filter has to look into is, in any case. */
  readonly opens: boolean;
  /**
   * Whether a record is among those that were listed by the plan before. With it nothing is selected anew: what the
   * plan is about stays what it was, whichever keys can be used by now.
   */
  readonly isListed?: ((record: KafkaRecord) => boolean) | undefined;
  readonly chunkOffsets: number;
  readonly signal: AbortSignal;
}): CopyStream {
  const { parts, plan, stretch, opens, isListed } = options;
  const { opener, environment } = parts;
  const selection = {
    ...createSelection(plan),
    ...(isListed === undefined ? {} : { byHeaders: isListed, looksAtContent: false }),
  };
  const records = createRecordStream(parts.kafka, {
    topic: streams[plan.stream].topic,
    partition: stretch.partition,
    ...{ from: options.from, until: stretch.to },
    ...{ chunkOffsets: options.chunkOffsets, signal: options.signal },
  });
  const journal = createJournalFilter(options, selection.byJournal);
  const open = (some: readonly KafkaRecord[]) =>
    openByKey(some, (same) => openEvents({ opener, environment, stream: plan.stream }, same));

  async function opening(wanted: readonly KafkaRecord[]): Promise<Pick<CopyChunk, 'selected' | 'undecided'>> {
    const selected: SelectedRecord[] = [];
    const undecided: string[] = [];
    const answers = await open(wanted);
    wanted.forEach((record, index) => {
      const one = answers[index];
      const isOpen = one !== undefined && 'ok' in one && one.ok;
      const opened = isOpen ? { attributes: one.attributes, plaintext: one.plaintext } : undefined;
      const closedBy = isOpen ? undefined : closedByOf(record, one);
      if (!selection.looksAtContent) return void selected.push({ record, opened, closedBy });
      if (opened === undefined) return void undecided.push(closedBy ?? '');
      const found = transactionIn(opened);
      if (found === undefined) return undefined;
      const transaction = { content: found.content, eventTimeMs: Date.parse(found.content.eventTime) };
      if (selection.byTransaction(transaction)) selected.push({ record, opened, closedBy });
    });
    return { selected, undecided };
  }

  return {
    async next() {
      const chunk = await records.next();
      if (chunk === undefined) return undefined;
      const wanted = await journal.among(chunk.records.filter(selection.byHeaders));
      const isOpened = opens || selection.looksAtContent;
      const found = isOpened
        ? await opening(wanted)
        : {
            selected: wanted.map((record) => ({ record, opened: undefined, closedBy: undefined })),
            undecided: [],
          };
      const opened = isOpened ? wanted.length : 0;
      return { ...found, read: chunk.records.length, opened, next: chunk.next };
    },
    close: async () => {
      await Promise.all([records.close(), journal.close()]);
    },
  };
}

type OpenedOne = Awaited<
  ReturnType<typeof openByKey<Awaited<ReturnType<typeof openEvents>>[number]>>
>[number];

/** A key that is not among ours, or can't be used, keeps it closed; else its seal does. */
function closedByOf(record: KafkaRecord, one: OpenedOne | undefined): string {
  if (one === undefined) return '';
  if ('closedBy' in one) return one.closedBy;
  return !one.ok && one.rejection.code === 'key_not_allowed' ? keyOf(record) : '';
}

/** Whether a filter asks what became of records. */
const asksJournal = ({ filter }: Pick<ReplayPlan, 'filter'>): boolean =>
  filter.outcomes !== undefined || filter.rules !== undefined;

/** Whether what a plan is about hangs on more than what stands in clear in its stream. */
export const selectsByMore = (plan: ReplayPlan): boolean =>
  createSelection(plan).looksAtContent || asksJournal(plan);

/** Asks the journal what became of records of the log, where the plan asks for that. */
function createJournalFilter(
  { parts, plan, signal, isListed }: Parameters<typeof createCopyStream>[0],
  byJournal: ReturnType<typeof createSelection>['byJournal'],
) {
  const isAsked = isListed === undefined && asksJournal(plan);
  let journal: ReturnType<typeof openJournal> | undefined;
  return {
    among: async (records: readonly KafkaRecord[]): Promise<readonly KafkaRecord[]> => {
      const [first] = records;
      if (!isAsked || first === undefined) return records;
      journal ??= openJournal(parts, plan, first, signal);
      const { at } = await journal;
      const wanted: KafkaRecord[] = [];
      for (const record of records) {
        const { decision } = await at(record.offset);
        if (decision !== undefined && byJournal(decision)) wanted.push(record);
      }
      return wanted;
    },
    close: async (): Promise<void> => {
      await (await journal?.catch(() => undefined))?.close();
    },
  };
}
