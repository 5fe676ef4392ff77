import { streams, WeirError } from '@weir/contracts';
import type { KafkaRecord } from '@weir/kafka';
import type { ReplayPlan, Stretch } from '@weir/replays';
import { joinBatch, windowRecordOf } from '@weir/verdicts';
import type { Decoded } from '@weir/verdicts';
import { isInShare, splitShare } from './account-share.ts';
import type { ReplayPass } from './checkpoint.ts';
import { judgeChunk } from './chunk-judge.ts';
import type { Judging } from './chunk-judge.ts';
import type { InForce, JudgedBy } from './in-force.ts';
import { openJournal } from './journal-stream.ts';
import type { Ledger } from './ledger.ts';
import { openLog } from './open-log.ts';
import { createPassWindows } from './pass-windows.ts';
import type { PassWindows } from './pass-windows.ts';
import { createRecordStream } from './record-stream.ts';
import type { Chunk } from './record-stream.ts';
import type { ReplayParts } from './replay-parts.ts';
import { accountOf } from './selection.ts';
import type { Selection } from './selection.ts';

const { topic } = streams.received;

/** What a partition is judged with, whatever the pass. */
export type PartitionContext = {
  readonly plan: ReplayPlan;
  readonly parts: ReplayParts;
  readonly stretch: Stretch;
  readonly inForce: InForce;
  readonly selection: Selection;
  readonly ledger: Ledger;
  /** The accounts that have a record in the range; undefined where all are taken, without looking. */
  readonly accounts: ReadonlySet<string> | undefined;
  /** When the log was written where warming begins; undefined where it begins with the log itself. */
  readonly warmFromMs: number | undefined;
  readonly between: BetweenChunks;
  readonly chunkOffsets: number;
  readonly signal: AbortSignal;
};

/** What happens between chunks. */
export type BetweenChunks = {
  readonly wish: () => 'goOn' | 'pause' | 'stop';
  /** Resolves once more may be read, after so many records of which so many were opened. */
  readonly warmed: (read: number, opened: number) => Promise<void>;
  readonly judged: (read: number, opened: number, passes: readonly ReplayPass[]) => Promise<void>;
};

/**
 * Makes the first of the passes that are still to be made over a partition. Where windows get too large, it cuts what
 * it takes in two, and adds a pass for those that had to go. `ended`: it was told to; the passes then say where to go on.
 */
export async function runPass(context: PartitionContext, passes: ReplayPass[]): Promise<'done' | 'ended'> {
  const { plan, parts, stretch, signal } = context;
  const beginning = currentOf(passes);
  const first = await firstRecord(context, beginning.next);
  if (first === undefined) return 'done';
  const state = await openJournal(parts, plan, first, signal);
  // What waits for longer than a session lasts would have to join again.
  await state.close();
  const by = await context.inForce.under(state.log);
  const windows = await warm(context, passes, by, beginning.next);
  if (windows === undefined) return 'ended';

  const journal = await openJournal(parts, plan, first, signal);
  const stream = logStream(context, beginning.next, stretch.to);
  const judging: Judging = {
    ...{ parts, logId: plan.logId, partition: stretch.partition, journal, log: state.log, by, windows },
    ...{ inForce: context.inForce, selection: context.selection, ledger: context.ledger },
    isFirst: beginning.bits === 0,
    isMine: (account) => isMine(context, passes, account),
    isProven: (account, { get, hasMissed }) =>
      !hasMissed(account) &&
      (context.warmFromMs === undefined ||
        isProven(context.warmFromMs, get(account).forgettableBeforeSeconds)),
    warm: (under, upTo) => warm(context, passes, under, upTo),
  };
  try {
    for (let chunk = await stream.next(); chunk !== undefined; chunk = await stream.next()) {
      if (context.between.wish() !== 'goOn') return 'ended';
      if (!(await judgeNext(context, judging, passes, chunk))) return 'ended';
    }
    return 'done';
  } finally {
    await Promise.all([stream.close(), journal.close()]);
  }
}

/** Judges a chunk, and goes on behind it; false where the run was to end within, which leaves the passes before it. */
async function judgeNext(
  context: PartitionContext,
  judging: Judging,
  passes: ReplayPass[],
  { records, next }: Chunk,
): Promise<boolean> {
  const before = [...passes];
  const opened = await judgeChunk(judging, records);
  if (opened === undefined) {
    passes.splice(0, passes.length, ...before);
    return false;
  }
  passes[0] = { ...currentOf(passes), next };
  fit(context, passes, judging.windows, next);
  await context.between.judged(records.length, opened, passes);
  return true;
}

/** Windows as they are before an offset; undefined where the run was told to end. */
async function warm(
  context: PartitionContext,
  passes: ReplayPass[],
  { windowPlan }: Pick<JudgedBy, 'windowPlan'>,
  upTo: number,
): Promise<PassWindows | undefined> {
  const windows = createPassWindows(windowPlan);
  const stream = logStream(context, context.stretch.warmFrom, upTo);
  try {
    for (let chunk = await stream.next(); chunk !== undefined; chunk = await stream.next()) {
      if (context.between.wish() !== 'goOn') return undefined;
      const mine = chunk.records.filter((record) => {
        const account = accountOf(record);
        return account !== undefined && isMine(context, passes, account);
      });
      const opened = await openLog(context.parts, context.plan.logId, mine);
      const decoded: Decoded[] = [];
      for (const one of opened) {
        if (one.decoded.kind === 'closed') windows.missed(accountOf(one.record) ?? '');
        else decoded.push(one.decoded);
      }
      const joined = joinBatch(decoded, { histories: windows, toRecord: windowRecordOf });
      for (const { account } of joined) windows.tookIn(account);
      fit(context, passes, windows, upTo);
      await context.between.warmed(chunk.records.length, mine.length);
    }
    return windows;
  } finally {
    await stream.close();
  }
}

/** Cuts what the pass takes in two until its windows fit; those that have to go are taken up again at an offset. */
function fit(context: PartitionContext, passes: ReplayPass[], windows: PassWindows, next: number): void {
  while (windows.bytes() > context.plan.windowBytes) {
    const pass = currentOf(passes);
    const halves = splitShare(pass);
    if (halves === undefined)
      throw new WeirError(
        'config_invalid',
        `windowBytes: ${context.plan.windowBytes} are too few for the smallest share of a partition's accounts`,
      );
    passes[0] = { ...pass, ...halves.stay };
    passes.push({ ...halves.go, next });
    windows.keepOnly((account) => isMine(context, passes, account));
  }
}

const currentOf = ([pass]: readonly ReplayPass[]): ReplayPass => {
  if (pass === undefined) throw new Error('a partition without a pass that is still to be made');
  return pass;
};

const isMine = ({ accounts }: PartitionContext, passes: readonly ReplayPass[], account: string): boolean =>
  (accounts === undefined || accounts.has(account)) && isInShare(currentOf(passes), account);

/** So much the clock of who observes a transaction may be ahead of the broker's. */
export const clocksDifferByMs = 60_000;

/** What was written before warming began was observed before it too, and is forgotten by an account that says so. */
const isProven = (warmFromMs: number, forgettableBeforeSeconds: number): boolean =>
  forgettableBeforeSeconds * 1_000 >= warmFromMs + clocksDifferByMs;

type LogRange = Pick<PartitionContext, 'parts' | 'stretch' | 'chunkOffsets' | 'signal'>;

const logStream = (
  { parts, stretch: { partition }, chunkOffsets, signal }: LogRange,
  from: number,
  until: number,
) => createRecordStream(parts.kafka, { topic, partition, from, until, chunkOffsets, signal });

/** The first record of the stretch at an offset or behind it. */
export async function firstRecord(range: LogRange, from: number): Promise<KafkaRecord | undefined> {
  const stream = logStream(range, from, range.stretch.to);
  try {
    for (let chunk = await stream.next(); chunk !== undefined; chunk = await stream.next())
      if (chunk.records[0] !== undefined) return chunk.records[0];
    return undefined;
  } finally {
    await stream.close();
  }
}

/**
 * The accounts of the range, by the keys of its records, which are in clear: of others nothing has to be opened while
 * windows are filled. Undefined where all are wanted, or where they would be too many to keep in mind; null where the
 * run was told to end.
 */
export async function accountsOf(
  context: Omit<PartitionContext, 'accounts' | 'warmFromMs' | 'inForce'>,
): Promise<ReadonlySet<string> | undefined | null> {
  const { plan, stretch, selection, between } = context;
  const { accounts: wanted, transactions } = plan.filter;
  if (wanted !== undefined) return new Set(wanted);
  if (stretch.warmFrom === stretch.from && transactions === undefined) return undefined;
  const accounts = new Set<string>();
  const stream = logStream(context, stretch.from, stretch.to);
  try {
    for (let chunk = await stream.next(); chunk !== undefined; chunk = await stream.next()) {
      if (between.wish() !== 'goOn') return null;
      for (const record of chunk.records) {
        const account = accountOf(record);
        if (account !== undefined && selection.byHeaders(record)) accounts.add(account);
      }
      if (accounts.size * nameBytes > plan.windowBytes / 4) return undefined;
      await between.warmed(chunk.records.length, 0);
    }
    return accounts;
  } finally {
    await stream.close();
  }
}

/** What a pseudonym takes in a set. */
const nameBytes = 120;
