import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { PassThrough } from 'node:stream';
import {
  maxRedriveLetters,
  type RedriveInput,
  type RedriveOffer,
  type Redriven,
  type RejectionCode,
} from '@weir/contracts';
import type { RedrivenBatch } from '../../ingest/ingest-messages.ts';
import type { runIngest } from '../../ingest/run-ingest.ts';
import { openStanding, placeText } from '../dead-letter.ts';
import { readStretch, type LetterOps } from '../read-letters.ts';
import { makeOffer } from './make-offer.ts';
import type { Planned } from './plan-redrive.ts';

/** What became of the letters that were redriven. */
export type RedriveResult = {
  readonly accepted: number;
  readonly refused: number;
  /** Rows that no mapping fits, which are as they were. */
  readonly unfit: number;
  /** Those that were not sent, and are as they were. */
  readonly notSent: number;
  /** Those whose original can't be opened any more, or that ingest didn't write as they are. */
  readonly notOurs: number;
  readonly refusedFor: ReadonlyMap<RejectionCode, number>;
};

/** What is in clear at once, in this process and on its way to ingest. */
const maxBatchBytes = 4 * 1_048_576;

/**
 * Opens letters batch by batch and hands them to ingest through a pipe, so that what they hold rests nowhere. Closes
 * interrupted batches first, as far as what became of them is known, and ends with a batch of which something was not
 * sent. Throws CommandError with the word of ingest, and
 * what reading and opening throw; what was done until then is done.
 */
export async function runRedrive(
  ops: LetterOps,
  ingest: (run: Pick<Parameters<typeof runIngest>[0], 'env' | 'input' | 'onRedriven'>) => Promise<unknown>,
  redrive: {
    readonly planned: readonly Planned[];
    readonly closing: readonly { readonly batch: string; readonly letters: readonly Redriven[] }[];
    readonly mapping: string | undefined;
    readonly signal: AbortSignal;
    readonly onProgress: (result: RedriveResult) => void;
  },
): Promise<RedriveResult> {
  const { planned, closing, mapping, signal } = redrive;
  const input = new PassThrough();
  let answered = Promise.withResolvers<RedrivenBatch>();
  const ended = ingest({
    env: { MODE: 'redrive', ...(mapping === undefined ? {} : { MAPPING_FILE: resolve(mapping) }) },
    input,
    onRedriven: (said) => answered.resolve(said),
  });
  // An end without an answer is told by how it ended.
  const endedEarly = ended.then((): never => {
    throw new Error('ingest ended without an answer');
  });
  endedEarly.catch(() => undefined);
  const say = async (said: RedriveInput): Promise<RedrivenBatch> => {
    answered = Promise.withResolvers();
    input.write(`${JSON.stringify(said)}\n`);
    return Promise.race([answered.promise, endedEarly]);
  };

  let result = nothing;
  try {
    for (const { batch, letters } of closing) await say({ kind: 'close', batch, letters: [...letters] });
    let handedOver = 0;
    for (const letters of batchesOf(planned)) {
      // An account's later lines must not be judged before its earlier ones.
      if (signal.aborted || result.notSent > 0) break;
      handedOver += letters.length;
      const offers = await makeOffers(ops, letters, signal);
      result = { ...result, notOurs: result.notOurs + letters.length - offers.length };
      if (offers.length === 0) continue;
      result = withBatch(result, await say({ kind: 'offer', batch: randomUUID(), offers: [...offers] }));
      redrive.onProgress(result);
    }
    result = { ...result, notSent: result.notSent + planned.length - handedOver };
  } finally {
    input.end();
  }
  await ended;
  return result;
}

const nothing: RedriveResult = {
  ...{ accepted: 0, refused: 0, unfit: 0, notSent: 0, notOurs: 0 },
  refusedFor: new Map(),
};

function withBatch(result: RedriveResult, { letters }: RedrivenBatch): RedriveResult {
  const count = (became: (typeof letters)[number]['became']): number =>
    letters.filter((letter) => letter.became === became).length;
  const refusedFor = new Map(result.refusedFor);
  for (const { rejections } of letters)
    for (const code of new Set(rejections.map((one) => one.code)))
      refusedFor.set(code, (refusedFor.get(code) ?? 0) + 1);
  return {
    accepted: result.accepted + count('accepted'),
    refused: result.refused + count('refused'),
    unfit: result.unfit + count('unfit'),
    notSent: result.notSent + count('not_sent'),
    notOurs: result.notOurs + count('not_ours'),
    refusedFor,
  };
}

function* batchesOf(planned: readonly Planned[]): Generator<readonly Planned[]> {
  let batch: Planned[] = [];
  let bytes = 0;
  for (const letter of planned) {
    if (
      batch.length === maxRedriveLetters ||
      (batch.length > 0 && bytes + letter.keptBytes > maxBatchBytes)
    ) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(letter);
    bytes += letter.keptBytes;
  }
  if (batch.length > 0) yield batch;
}

/** In the order of the letters. One that is gone since, or doesn't open any more, is left out. */
async function makeOffers(
  ops: LetterOps,
  letters: readonly Planned[],
  signal: AbortSignal,
): Promise<readonly RedriveOffer[]> {
  const sought = new Map(letters.map((letter) => [placeText(letter), letter]));
  const offers = new Map<string, RedriveOffer>();
  const partitions = Map.groupBy(letters, ({ partition }) => partition);
  const bound = (of: (...offsets: number[]) => number): Map<number, number> =>
    new Map([...partitions].map(([partition, ones]) => [partition, of(...ones.map(({ offset }) => offset))]));
  const stretch = { from: bound(Math.min), until: bound((...offsets) => Math.max(...offsets) + 1) };
  await readStretch(ops, stretch, signal, async (record) => {
    const letter = sought.get(placeText(record));
    if (letter === undefined) return;
    const standing = await openStanding(ops, record);
    if (standing.kind === 'redrive' || !standing.opened.ok) return;
    const offer = await makeOffer(ops, letter, standing.opened.rejected);
    if (offer !== undefined) offers.set(placeText(record), offer);
  });
  return letters.flatMap((letter) => offers.get(placeText(letter)) ?? []);
}
