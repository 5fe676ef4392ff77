import { streams } from '@weir/contracts';
import type { RejectionCode } from '@weir/contracts';
import { placeKey, reached } from './history.ts';
import type { Damage, History, LogEntry, PlacedRecord, PublishedVerdict, Violation } from './history.ts';
import type { ExpectedOutcome, HistoryIndex } from './index-history.ts';

const violation = (rule: string, damage: Damage, place: PlacedRecord, found: string): Violation => ({
  rule,
  damage,
  partition: place.partition,
  offset: place.offset,
  found,
});

/**
 * Every record of the log has exactly the outcome that the log demands: a first
 * transaction one verdict, cleared or held and never both; a repeat none of its
 * own; a contradiction and a foreign record one rejection, by the code that is
 * its own; a control record nothing. And no outcome is about anything else, and
 * no transaction has two, in whatever partitions.
 */
export function checkOutcomes(history: History, index: HistoryIndex): Violation[] {
  return [
    ...history.log
      .filter((entry) => reached(history.judgeFrom, entry))
      .flatMap((entry) => checkEntry(entry, index)),
    ...checkIdentities(history),
    ...checkStrays(history),
    ...history.unreadable.map((place) =>
      violation('readable', 'conflicting', place, `a record of ${place.topic} can't be read`),
    ),
  ];
}

/** A transaction that stands in the log twice, here or there, is decided once. */
function checkIdentities({ published, judgeFrom }: History): Violation[] {
  const first = new Map<string, PublishedVerdict>();
  return published
    .filter(({ outcome }) => outcome === 'cleared' || outcome === 'held')
    .toSorted((a, b) => a.sourceOffset - b.sourceOffset)
    .flatMap((one) => {
      const name = `${one.account} ${one.identity}`;
      const { sourcePartition: partition, sourceOffset: offset } = one;
      const before = first.get(name);
      if (before === undefined) first.set(name, one);
      if (before === undefined) return [];
      const there = { partition: before.sourcePartition, offset: before.sourceOffset };
      const isSame = there.partition === partition && there.offset === offset;
      if (isSame || ![there, { partition, offset }].some((place) => reached(judgeFrom, place))) return [];
      const where = `partition ${there.partition} at ${there.offset}`;
      return [violation('decided_elsewhere', 'doubled', { partition, offset }, `so it was in ${where}`)];
    });
}

/** What stands about one record: how many verdicts of each kind, rejections, and what the journal calls it. */
type Found = {
  readonly cleared: number;
  readonly held: number;
  readonly flagged: number;
  readonly rejected: number;
  readonly codes: readonly RejectionCode[];
  readonly decided: readonly string[];
};

function checkEntry(entry: LogEntry, index: HistoryIndex): Violation[] {
  const key = placeKey(entry.partition, entry.offset);
  const verdicts = index.verdicts.get(key) ?? [];
  const codes = (index.rejections.get(key) ?? []).map(({ code }) => code);
  const found: Found = {
    cleared: verdicts.filter(({ outcome }) => outcome === 'cleared').length,
    held: verdicts.filter(({ outcome }) => outcome === 'held').length,
    flagged: verdicts.filter(({ outcome }) => outcome === 'flagged').length,
    rejected: codes.length,
    codes,
    decided: (index.decisions.get(key) ?? []).map(({ outcome }) => outcome),
  };
  return [
    ...countsOf(entry, found),
    ...(entry.kind === 'transaction' ? namesOf(entry, verdicts) : []),
    ...kindOf(entry, index.expected.get(key), found),
    ...codeOf(entry, index, found),
  ];
}

/** Too many, or contradicting each other, whatever they are. */
function countsOf(entry: LogEntry, { cleared, held, flagged, rejected, decided }: Found): Violation[] {
  const violations: Violation[] = [];
  if (cleared > 0 && held > 0)
    violations.push(violation('cleared_and_held', 'conflicting', entry, `${cleared} cleared, ${held} held`));
  if (cleared > 1 || held > 1)
    violations.push(violation('one_verdict', 'doubled', entry, `${cleared} cleared, ${held} held`));
  if (flagged > 1) violations.push(violation('flagged_once', 'doubled', entry, `${flagged} times`));
  if (flagged > 0 && cleared === 0)
    violations.push(violation('flagged_is_cleared', 'conflicting', entry, 'flagged, and not cleared'));
  if (rejected > 1) violations.push(violation('one_rejection', 'doubled', entry, `${rejected} rejections`));
  if (rejected > 0 && cleared + held > 0)
    violations.push(
      violation(
        'verdict_and_rejection',
        'conflicting',
        entry,
        `${cleared + held} verdicts, ${rejected} rejections`,
      ),
    );
  if (decided.length > 1)
    violations.push(
      violation('decided_once', 'doubled', entry, `the journal has ${decided.length} decisions`),
    );
  return violations;
}

function namesOf(
  entry: Extract<LogEntry, { kind: 'transaction' }>,
  verdicts: readonly { readonly account: string; readonly identity: string }[],
): Violation[] {
  return verdicts
    .filter(({ account, identity }) => account !== entry.account || identity !== entry.identity)
    .map(() =>
      violation('verdict_of_another', 'conflicting', entry, 'the verdict names another transaction'),
    );
}

/** Whether there is one of the kind that has to be, and the journal calls it so. */
function kindOf(entry: LogEntry, expected: ExpectedOutcome | undefined, found: Found): Violation[] {
  const { cleared, held, rejected, decided } = found;
  const wanted = wantedOf(entry, expected);
  const has = cleared + held > 0 ? 'verdict' : rejected > 0 ? 'rejection' : 'nothing';
  const violations: Violation[] = [];
  if (has === 'nothing' && wanted.has !== 'nothing')
    violations.push(violation('an_outcome', 'lost', entry, `no ${wanted.has}`));
  else if (has !== wanted.has && !(has === 'rejection' && wanted.mayFail))
    violations.push(violation('expected_outcome', 'conflicting', entry, `a ${has} instead of ${wanted.has}`));
  const [decision] = decided;
  if (decision === undefined)
    violations.push(violation('journal_accounts', 'lost', entry, 'the journal has no decision'));
  else if (!wanted.decisions.includes(decision))
    violations.push(violation('journal_agrees', 'conflicting', entry, `the journal calls it ${decision}`));
  return violations;
}

function wantedOf(
  entry: LogEntry,
  expected: ExpectedOutcome | undefined,
): {
  readonly has: 'verdict' | 'rejection' | 'nothing';
  readonly mayFail: boolean;
  readonly decisions: readonly string[];
} {
  const mayFail = expected?.kind === 'verdict' && expected.mayFail;
  if (entry.kind === 'control') return { has: 'nothing', mayFail, decisions: ['control'] };
  if (entry.kind === 'foreign' || expected?.kind === 'conflict')
    return { has: 'rejection', mayFail, decisions: ['rejected'] };
  if (expected?.kind === 'duplicate') return { has: 'nothing', mayFail, decisions: ['duplicate'] };
  return { has: 'verdict', mayFail, decisions: ['cleared', 'held', ...(mayFail ? ['rejected'] : [])] };
}

/** Codes that only what was read as a transaction is refused by. */
const transactionCodes: readonly RejectionCode[] = ['conflicting_duplicate', 'processing_failed'];

/** What is refused is refused for its own reason. */
function codeOf(entry: LogEntry, index: HistoryIndex, { codes }: Found): Violation[] {
  const key = placeKey(entry.partition, entry.offset);
  const isRight = (code: RejectionCode): boolean => {
    const planted = index.plantedCodes.get(key);
    if (entry.kind !== 'transaction')
      return planted === undefined ? !transactionCodes.includes(code) : code === planted;
    return (
      code === (index.expected.get(key)?.kind === 'conflict' ? 'conflicting_duplicate' : 'processing_failed')
    );
  };
  return codes
    .filter((code) => !isRight(code))
    .map((code) => violation('own_code', 'conflicting', entry, `it was refused by ${code}`));
}

/** Outcomes about places where the log has nothing, about what was settled before, or in a partition that isn't theirs. */
function checkStrays(history: History): Violation[] {
  const places = new Set(history.log.map(({ partition, offset }) => placeKey(partition, offset)));
  const stray = (what: string, record: PlacedRecord, about: PlacedRecord): Violation[] => {
    if (places.has(placeKey(about.partition, about.offset))) return [];
    return reached(history.start, about)
      ? [violation('outcome_of_nothing', 'conflicting', record, `a ${what} is about offset ${about.offset}`)]
      : [violation('settled_before', 'doubled', about, `it had its outcome, and then came a ${what}`)];
  };
  return [
    ...history.published.flatMap((one) => {
      const { outcome, sourcePartition, sourceOffset } = one;
      const away = `a ${outcome} record is about partition ${sourcePartition}`;
      return [
        ...(one.partition === sourcePartition ? [] : [violation('own_partition', 'conflicting', one, away)]),
        ...(outcome === 'released'
          ? []
          : stray(`${outcome} record`, one, { partition: sourcePartition, offset: sourceOffset })),
      ];
    }),
    ...history.rejected.flatMap((one) =>
      one.origin.kind === 'topic' && one.origin.topic === streams.received.topic
        ? stray('rejection', one, one.origin)
        : [],
    ),
    ...history.journal.flatMap((entry) =>
      entry.decisions.flatMap(({ offset }) =>
        stray('decision', entry, { partition: entry.partition, offset }),
      ),
    ),
  ];
}
