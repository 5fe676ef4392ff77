import type { ControlRecord, Decision, JournalRecord, RejectionCode, Versions } from '@weir/contracts';

/**
 * Everything the checkers judge by, as plain values taken from the topics and
 * from what the load knows of itself. No payload is in it: a transaction is
 * named by its account and id, which the load made up.
 */
export type History = {
  /**
   * Where it begins, by partition of the log; partitions that are left out from their beginning. Everything
   * below was settled when it was looked at before, so nothing in here may be about it.
   */
  readonly start: PlacesByPartition;
  /** What lies below was judged before, and is here to be compared with. */
  readonly judgeFrom: PlacesByPartition;
  readonly sends: readonly SentTransaction[];
  /** Where records of a stranger were acknowledged. */
  readonly planted: readonly PlantedRecord[];
  readonly log: readonly LogEntry[];
  readonly published: readonly PublishedVerdict[];
  readonly rejected: readonly RejectedEntry[];
  readonly journal: readonly JournalEntry[];
  readonly approvals: readonly Approval[];
  readonly alerts: readonly AlertRevision[];
  /** Records of Weir's own topics that could not be opened or read. */
  readonly unreadable: readonly Place[];
};

/** What of a history is read from the topics. */
export type HistoryPart = Omit<History, 'start' | 'judgeFrom' | 'sends' | 'planted'>;

/** An offset for each partition; 0 for those that are left out. */
export type PlacesByPartition = ReadonlyMap<number, number>;

/** Whether a place lies at or behind the one that is named for its partition. */
export const reached = (places: PlacesByPartition, { partition, offset }: PlacedRecord): boolean =>
  offset >= (places.get(partition) ?? 0);

export const emptyPart: HistoryPart = {
  log: [],
  published: [],
  rejected: [],
  journal: [],
  approvals: [],
  alerts: [],
  unreadable: [],
};

export const emptyHistory: History = {
  ...emptyPart,
  start: new Map(),
  judgeFrom: new Map(),
  sends: [],
  planted: [],
};

/** A record of the log by its place. */
export type PlacedRecord = { readonly partition: number; readonly offset: number };

/** A stranger's record, and the code it has to be refused by where whoever planted it knows. */
export type PlantedRecord = PlacedRecord & { readonly code?: RejectionCode };

export type Place = { readonly topic: string; readonly partition: number; readonly offset: number };

/** How a transaction is named in a history: no two accounts or ids share it. */
export const transactionName = (accountId: string, transactionId: string): string =>
  `${accountId} ${transactionId}`;

/** A line the load has settled. `transaction` is undefined for one that ingest has to refuse. */
export type SentTransaction = {
  readonly sequence: number;
  readonly state: 'acknowledged' | 'unknown';
  readonly transaction: string | undefined;
  readonly source: string;
  readonly sourceLine: number;
};

/** What the windows have to remember of a transaction, taken from its content alone. */
export type RememberedContent = {
  readonly eventTimeMs: number;
  readonly observedAtSeconds: number;
  readonly amountMinor: number;
  readonly currency: string;
  readonly creditDebitIndicator: 'CRDT' | 'DBIT';
  /** The counterparty's pseudonym, or "". */
  readonly counterparty: string;
  readonly channel: string;
  readonly country: string;
};

/** A record of the log. `foreign`: nobody of ours wrote it as it is, or where it is. */
export type LogEntry = PlacedRecord &
  (
    | { readonly kind: 'control'; readonly logId: string; readonly said: ControlRecord }
    | { readonly kind: 'foreign' }
    | {
        readonly kind: 'transaction';
        readonly transaction: string;
        /** The run of ingest that wrote it. */
        readonly source: string;
        /** Pseudonyms: the record's key, and its event's id. */
        readonly account: string;
        readonly identity: string;
        /** The same for two records exactly where their sender said the same. */
        readonly said: string;
        /** What the windows remember of its content: 8 hex digits. */
        readonly digest: string;
        /** Its verdict may be too large for its topic, so that it may have to be refused instead. */
        readonly mayBeTooLarge?: boolean;
        readonly content: RememberedContent;
      }
  );

export type ControlEntry = Extract<LogEntry, { kind: 'control' }>;

/** Digest and place of a model. */
export type ModelPlace = NonNullable<JournalRecord['model']>;

/** A list in force, with digest and place. */
export type ListPlace = NonNullable<JournalRecord['lists']>[number];

/** The ruleset beside the one that decides. */
export type CandidatePlace = NonNullable<JournalRecord['candidate']>;

export type LogTransaction = Extract<LogEntry, { kind: 'transaction' }>;

/** A record of the cleared or the held stream, at `offset` of it, about `sourceOffset` of the same partition of the log. */
export type PublishedVerdict = {
  /** `flagged`: stands on the held stream besides the cleared event. */
  readonly outcome: 'cleared' | 'held' | 'flagged' | 'released';
  readonly partition: number;
  readonly offset: number;
  readonly sourcePartition: number;
  readonly sourceOffset: number;
  /** Of a released one alone: where the approval stands that let it go. */
  readonly releaseOffset?: number;
  readonly account: string;
  readonly identity: string;
  /** SHA-256 of the plaintext. */
  readonly digest: string;
  /** What it says it was made under. */
  readonly versions: Versions;
};

export type RejectedEntry = {
  readonly partition: number;
  readonly offset: number;
  readonly origin:
    | { readonly kind: 'source'; readonly source: string; readonly line: number }
    | ({ readonly kind: 'topic' } & Place);
  readonly code: RejectionCode;
};

export type JournalEntry = {
  readonly partition: number;
  readonly offset: number;
  readonly from: number;
  readonly to: number;
  /** What its decisions were made under, and the number of the last activation; 0 before the first. */
  readonly versions: Versions;
  readonly sequence: number;
  readonly model: ModelPlace | undefined;
  readonly lists: readonly ListPlace[] | undefined;
  readonly candidate: CandidatePlace | undefined;
  readonly featureNames: readonly string[];
  readonly decisions: readonly Decision[];
};

/** An approved request to release the transaction at `sourceOffset`, which stands at `heldOffset` on the held topic. */
export type Approval = {
  readonly partition: number;
  readonly offset: number;
  readonly account: string;
  readonly identity: string;
  readonly sourcePartition: number;
  readonly sourceOffset: number;
  readonly heldOffset: number;
};

export type AlertRevision = {
  readonly partition: number;
  readonly offset: number;
  readonly alertId: string;
  readonly revision: number;
  /** What it is about, in the order it joined: transactions by their place in the log, refused records by their own. */
  readonly about: readonly Place[];
  /** Of its transactions those whose release was approved. */
  readonly approved: readonly PlacedRecord[];
};

/** Which goal a violation counts against. */
export type Damage = 'lost' | 'doubled' | 'conflicting';

/** Something that must never be, and where. Offsets and codes, never content. */
export type Violation = {
  readonly rule: string;
  readonly damage: Damage;
  readonly partition?: number;
  readonly offset?: number;
  readonly found: string;
};

/** More than a partition of a run ever has. */
const mostOffsets = 2 ** 40;

/** A place of the log as a key of a map. */
export const placeKey = (partition: number, offset: number): number => partition * mostOffsets + offset;

/** The place behind such a key. */
export const placeOf = (key: number): PlacedRecord => ({
  partition: Math.floor(key / mostOffsets),
  offset: key % mostOffsets,
});
