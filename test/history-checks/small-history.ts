import { streams } from '@weir/contracts';
import type { ControlRecord, Versions } from '@weir/contracts';
import { emptyHistory } from './history.ts';
import type {
  AlertRevision,
  History,
  LogTransaction,
  Place,
  PublishedVerdict,
  RejectedEntry,
  SentTransaction,
} from './history.ts';

const smallVersions: Versions = { ruleset: 'rules@1', windowPlan: 'small@1' };
const smallLogId = '018f3b9e-0000-4000-8000-000000000001';

const smallOpening: ControlRecord = {
  kind: 'log_opened',
  logId: smallLogId,
  partitionCount: 2,
  versions: smallVersions,
};

/** What a journal record of the small history was decided under. */
export const underSmallPlan = {
  versions: smallVersions,
  sequence: 0,
  model: undefined,
  lists: undefined,
  candidate: undefined,
} as const;

/** What the tests of the checkers damage: a small history in which everything is as it should be. */
export const logTransaction = (offset: number, change: Partial<LogTransaction> = {}): LogTransaction => ({
  kind: 'transaction',
  partition: 0,
  offset,
  transaction: `account-1 t-${offset}`,
  source: 'load',
  account: 'a1_account',
  identity: `t1_${offset}`,
  said: `said-${offset}`,
  digest: `0000000${offset}`.slice(-8),
  content: {
    eventTimeMs: Date.parse('2024-01-01T00:00:00Z') + offset * 60_000,
    observedAtSeconds: Date.parse('2024-01-01T00:00:00Z') / 1000 + offset * 60,
    amountMinor: 100 + offset,
    currency: 'EUR',
    creditDebitIndicator: 'DBIT',
    counterparty: '',
    channel: '',
    country: 'NL',
  },
  ...change,
});

export const verdictOf = (
  sourceOffset: number,
  outcome: PublishedVerdict['outcome'] = 'cleared',
  change: Partial<PublishedVerdict> = {},
): PublishedVerdict => ({
  outcome,
  partition: 0,
  offset: 10 * sourceOffset,
  sourcePartition: 0,
  sourceOffset,
  account: 'a1_account',
  identity: `t1_${sourceOffset}`,
  digest: `digest-${sourceOffset}`,
  versions: smallVersions,
  ...change,
});

export const rejectionOf = (sourceOffset: number, change: Partial<RejectedEntry> = {}): RejectedEntry => ({
  partition: 0,
  offset: sourceOffset,
  origin: { kind: 'topic', topic: streams.received.topic, partition: 0, offset: sourceOffset },
  code: 'not_sealed',
  ...change,
});

/** The first revision of an alert that is about one record of the log. */
export const alertAbout = (offset: number, change: Partial<AlertRevision> = {}): AlertRevision => ({
  partition: 0,
  offset,
  alertId: `alert-${offset}`,
  revision: 1,
  about: [placeInLog(offset)],
  approved: [],
  ...change,
});

export const placeInLog = (offset: number): Place => ({
  topic: streams.received.topic,
  partition: 0,
  offset,
});

const sendOf = (offset: number, change: Partial<SentTransaction> = {}): SentTransaction => ({
  sequence: offset,
  state: 'acknowledged',
  transaction: `account-1 t-${offset}`,
  source: 'load',
  sourceLine: offset,
  ...change,
});

/**
 * Offset 0 opens the log, 1 is cleared, 2 is held, 3 repeats 1, 4 contradicts 1,
 * 5 is a stranger's, 6 is cleared; a line of the source was malformed.
 */
export const goodHistory: History = {
  ...emptyHistory,
  sends: [
    sendOf(1),
    sendOf(2),
    sendOf(3, { transaction: 'account-1 t-1' }),
    sendOf(4, { transaction: 'account-1 t-1' }),
    sendOf(5, { transaction: undefined }),
    sendOf(6),
  ],
  planted: [{ partition: 0, offset: 5, code: 'not_sealed' }],
  log: [
    { kind: 'control', logId: smallLogId, said: smallOpening, partition: 0, offset: 0 },
    logTransaction(1),
    logTransaction(2),
    logTransaction(3, { transaction: 'account-1 t-1', identity: 't1_1', said: 'said-1' }),
    logTransaction(4, { transaction: 'account-1 t-1', identity: 't1_1' }),
    { kind: 'foreign', partition: 0, offset: 5 },
    logTransaction(6),
  ],
  published: [verdictOf(1), verdictOf(2, 'held'), verdictOf(6)],
  rejected: [
    rejectionOf(4, { code: 'conflicting_duplicate' }),
    rejectionOf(5),
    { partition: 1, offset: 9, origin: { kind: 'source', source: 'load', line: 5 }, code: 'not_json' },
  ],
  journal: [
    {
      partition: 0,
      offset: 0,
      from: 0,
      to: 3,
      ...underSmallPlan,
      featureNames: [],
      decisions: [
        { offset: 0, outcome: 'control' },
        { offset: 1, outcome: 'cleared', score: 0, reasons: [], features: [], digest: 'digest-1' },
        { offset: 2, outcome: 'held', score: 1, reasons: [], features: [], digest: 'digest-2' },
      ],
    },
    {
      partition: 0,
      offset: 2,
      from: 3,
      to: 7,
      ...underSmallPlan,
      featureNames: [],
      decisions: [
        { offset: 3, outcome: 'duplicate', firstOffset: 1 },
        { offset: 4, outcome: 'rejected', code: 'conflicting_duplicate' },
        { offset: 5, outcome: 'rejected', code: 'not_sealed' },
        { offset: 6, outcome: 'cleared', score: 0, reasons: [], features: [], digest: 'digest-6' },
      ],
    },
  ],
  alerts: [alertAbout(2), alertAbout(4), alertAbout(5)],
};

/** The good history with one of its lists changed. */
export const damaged = <Part extends Exclude<keyof History, 'start' | 'judgeFrom'>>(
  part: Part,
  change: (items: History[Part]) => readonly History[Part][number][],
): History => ({ ...goodHistory, [part]: change(goodHistory[part]) });

/** The rules that were broken, each once. */
export const rulesOf = (violations: readonly { readonly rule: string }[]): string[] =>
  [...new Set(violations.map(({ rule }) => rule))].toSorted();
