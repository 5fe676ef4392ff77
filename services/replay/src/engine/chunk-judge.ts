import { events } from '@weir/contracts';
import type { KafkaRecord } from '@weir/kafka';
import { applyControl } from '@weir/verdicts';
import type { Decoded, LogState } from '@weir/verdicts';
import type { InForce, JudgedBy } from './in-force.ts';
import type { JournalStream, Journalled } from './journal-stream.ts';
import { featuresOf } from './compared-features.ts';
import { judgementOf, judgeRun, subjectOf } from './judge-run.ts';
import type { JudgedAgain } from './judge-run.ts';
import type { Ledger } from './ledger.ts';
import { keyOf, openLog } from './open-log.ts';
import type { OpenedRecord } from './open-log.ts';
import type { PassWindows } from './pass-windows.ts';
import type { ReplayParts } from './replay-parts.ts';
import { accountOf } from './selection.ts';
import type { Selection } from './selection.ts';

/** What a pass judges with; the windows and what is in force change as the log goes on. */
export type Judging = {
  readonly parts: Pick<ReplayParts, 'opener' | 'environment'>;
  readonly logId: string;
  readonly partition: number;
  readonly inForce: InForce;
  readonly journal: JournalStream;
  readonly selection: Selection;
  readonly ledger: Ledger;
  /** The pass that begins a partition writes the manifest, and answers for what belongs to no account. */
  readonly isFirst: boolean;
  readonly isMine: (account: string) => boolean;
  /** Whether nothing that the log no longer has could still be in the history of an account. */
  readonly isProven: (account: string, windows: PassWindows) => boolean;
  /** Windows under another plan, filled up to before an offset; undefined where the run is to end instead. */
  readonly warm: (by: JudgedBy, upTo: number) => Promise<PassWindows | undefined>;
  /** As the log says it: what is in force, and by what is judged there. */
  log: LogState;
  by: JudgedBy;
  windows: PassWindows;
};

/** A record of a chunk with all that is known of it. */
type Looked = {
  readonly record: KafkaRecord;
  /** The account it is about by its key. */
  readonly account: string | undefined;
  /** Whether whoever reads the log has to open it: it may say what is in force. */
  readonly isCommon: boolean;
  readonly said: Journalled;
  decoded?: OpenedRecord['decoded'];
  /** Whether this pass answers for it: known once it is its turn, since accounts may have to go in between. */
  isOurs?: boolean;
  again?: JudgedAgain & { readonly by: JudgedBy; readonly isProven: boolean };
};

const controlType = Buffer.from(events.control.type);

/** Records of no account, and those that say they are control records. */
const isCommon = ({ headers }: KafkaRecord, account: string | undefined): boolean =>
  account === undefined || headers['ce_type']?.equals(controlType) === true;

/**
 * Judges the records of a chunk again that are the pass's, and enters what they came to in the ledger. Answers how
 * many were opened, or undefined where the run was to end: then nothing was entered.
 */
export async function judgeChunk(
  judging: Judging,
  records: readonly KafkaRecord[],
): Promise<number | undefined> {
  const looked = await lookAt(judging, records);
  const opened = await openLog(
    judging.parts,
    judging.logId,
    looked.filter((one) => isOpened(judging, one)).map(({ record }) => record),
  );
  const byOffset = new Map(looked.map((one) => [one.record.offset, one]));
  let run: Looked[] = [];
  const flush = async (): Promise<void> => {
    await judgeLooked(judging, run);
    run = [];
  };
  for (const { record, decoded } of opened) {
    const one = byOffset.get(record.offset) as Looked;
    one.decoded = decoded;
    const isTaken = isJudged(judging, one);
    one.isOurs = one.isCommon ? judging.isFirst : isTaken;
    if (!isTaken) continue;
    if (decoded.kind === 'closed') {
      await flush();
      judging.windows.missed(one.account ?? '');
      continue;
    }
    const isOfOneRun = judging.by.team === undefined || run.at(-1)?.said.journal === one.said.journal;
    if (decoded.kind === 'control' || !isOfOneRun) await flush();
    if (decoded.kind !== 'control') run.push(one);
    else if (!(await takeInControl(judging, decoded))) return undefined;
  }
  await flush();
  for (const one of looked) enter(judging, one);
  return opened.length;
}

/** With what the journal says of each. Of the records of others only the first pass wants to know. */
async function lookAt(judging: Judging, records: readonly KafkaRecord[]): Promise<Looked[]> {
  const looked: Looked[] = [];
  const { journal } = judging;
  for (const record of records) {
    const account = accountOf(record);
    const key = { account, isCommon: isCommon(record, account) };
    if (!judging.isFirst && !isJudged(judging, key)) continue;
    // Almost all are in what was read already, and none of them should wait a turn for it.
    const said = journal.ready(record.offset) ?? (await journal.at(record.offset));
    looked.push({ record, ...key, said });
  }
  return looked;
}

const isJudged = (
  { isMine }: Judging,
  { account, isCommon }: Pick<Looked, 'account' | 'isCommon'>,
): boolean => isCommon || (account !== undefined && isMine(account));

const isOpened = (judging: Judging, one: Looked): boolean =>
  isJudged(judging, one) ||
  (judging.isFirst && judging.selection.looksAtContent && judging.selection.byHeaders(one.record));

async function judgeLooked(judging: Judging, run: readonly Looked[]): Promise<void> {
  const { by, windows, partition } = judging;
  const decoded = run.map((one) => one.decoded as Decoded);
  // Before any of them joins: what the first is judged by has to be proven.
  const proven = decoded.map(
    (one) => one.kind !== 'transaction' || judging.isProven(one.transaction.account, windows),
  );
  const again = await judgeRun(by, windows, {
    partition,
    decoded,
    hasTeamFailed: run.some(
      ({ said: { decision } }) =>
        decision !== undefined && 'teamScore' in decision && decision.teamScore === null,
    ),
  });
  run.forEach((one, index) => {
    one.again = { ...(again[index] as JudgedAgain), by, isProven: proven[index] === true };
  });
}

/** From here on the log is judged by what the control record brings; false where the run was to end. */
async function takeInControl(
  judging: Judging,
  { control, offset }: Extract<Decoded, { kind: 'control' }>,
): Promise<boolean> {
  judging.log = applyControl(judging.log, control);
  judging.by = await judging.inForce.under(judging.log);
  if (judging.by.windowPlan.ref === judging.windows.plan.ref) return true;
  const windows = await judging.warm(judging.by, offset + 1);
  if (windows === undefined) return false;
  judging.windows = windows;
  return true;
}

/** Enters a record: in the manifest by the first pass, and what became of it by the pass it belongs to. */
function enter(judging: Judging, one: Looked): void {
  const { ledger, selection, isFirst } = judging;
  const { record, said, decoded } = one;
  if (!selection.byHeaders(record) || (said.decision !== undefined && !selection.byJournal(said.decision)))
    return;
  if (selection.looksAtContent && (decoded === undefined || !selection.byContent(decoded))) return;
  if (isFirst) ledger.record(record);
  if (one.isOurs !== true) return;
  if (decoded?.kind === 'closed') ledger.closed(decoded.keyRef);
  else if (isForeignKey(one)) ledger.closed(keyOf(record));
  else if (decoded?.kind === 'control' && said.decision?.outcome === 'control') ledger.control();
  else enterPair(ledger, one);
}

/** A key that was allowed then and is not among ours: that says nothing of the record. */
const isForeignKey = ({ decoded, said: { decision } }: Looked): boolean =>
  decoded?.kind === 'refused' &&
  decoded.rejection.code === 'key_not_allowed' &&
  decision !== undefined &&
  decision.outcome !== 'rejected';

function enterPair(ledger: Ledger, { record, said: { journal, decision }, decoded, again }: Looked): void {
  if (decision === undefined || again === undefined || decoded === undefined || decoded.kind === 'closed')
    return ledger.unaccounted();
  const { versions } = again.by.log;
  const features = featuresOf(journal, decision, again);
  const then = judgementOf(decision, { ruleset: journal.versions.ruleset, features: features.then });
  const now = judgementOf(again.decision, { ruleset: versions.ruleset, features: features.now });
  if (then === undefined || now === undefined) return ledger.unaccounted();
  // The step refuses a record that makes every publication fail, though it was judged and is in the windows.
  const isUnpublished = then.outcome === 'rejected' && then.code === 'processing_failed';
  if (isUnpublished && again.decided.kind === 'verdict') return ledger.unpublished();
  ledger.pair({ subject: subjectOf(record, decoded), then, now }, versions, again.isProven);
}
