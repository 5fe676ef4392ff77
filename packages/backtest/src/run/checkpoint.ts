import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { deserialize, serialize } from 'node:v8';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { ModelSnapshot } from '@weir/contracts';
import { BacktestError } from '../backtest-error.ts';
import type { EvaluationState } from '../metrics/evaluation.ts';
import { readWaiting, rowBytesOf } from '../learn/spool-segment.ts';
import type { Spool } from '../learn/spool.ts';
import type { BacktestSettings } from './settings.ts';

/**
 * All that a run can't find again by reading the transactions from the start:
 * what was learned, what waits to be learned, and what was measured. Histories
 * are not among it; they follow from the transactions alone.
 */
export type Checkpoint = {
  /** Rows taken in the order of event time; the next one is judged. */
  readonly taken: number;
  /** How much of the file of scores belongs to them. */
  readonly scoresBytes: number;
  readonly evaluation: EvaluationState;
  /** The last snapshot of the learner, whose version is in its name. */
  readonly progress: { readonly snapshot: ModelSnapshot };
};

type Stored = Checkpoint & { readonly fingerprint: string };

/** A part of the file: its length before it, 6 bytes, big-endian. */
const lengthBytes = 6;

const pathOf = ({ out }: Pick<BacktestSettings, 'out'>): string => `${out}.checkpoint`;

/** What a run depends on: going on under anything else would be another run. */
function fingerprintOf(settings: BacktestSettings): string {
  const { size, mtimeMs } = statSync(settings.transactions);
  const { mapping, ruleset, plan, outcomes, evaluation, maxBadRows } = settings;
  const of = { size, mtimeMs, mapping, ruleset, plan, outcomes, evaluation, maxBadRows };
  return createHash('sha256').update(JSON.stringify(of)).digest('hex');
}

/**
 * Writes a checkpoint beside the scores, wholly or not at all: the one before
 * stays until this one is on the disk.
 */
export function writeCheckpoint(
  settings: BacktestSettings,
  spool: Pick<Spool, 'segments'>,
  checkpoint: Checkpoint,
): void {
  const path = pathOf(settings);
  const file = openSync(`${path}.new`, 'w', 0o600);
  const writePart = (bytes: Uint8Array): void => {
    const length = Buffer.alloc(lengthBytes);
    length.writeUIntBE(bytes.length, 0, lengthBytes);
    writeWhole(file, length);
    writeWhole(file, bytes);
  };
  try {
    // Most of the counts are zeros: a hundred megabytes of them.
    const stored = serialize({ ...checkpoint, fingerprint: fingerprintOf(settings) } satisfies Stored);
    writePart(deflateRawSync(stored, { level: 1 }));
    for (const { names, bytes } of spool.segments()) {
      writePart(Buffer.from(JSON.stringify(names)));
      writePart(bytes);
    }
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(`${path}.new`, path);
}

function writeWhole(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
}

/**
 * The checkpoint of a run of these very settings, with the spool filled from
 * it; undefined where there is none. Throws BacktestError (78) where it is of
 * another run: its scores would not fit together.
 */
export function readCheckpoint(
  settings: BacktestSettings,
  spool: Pick<Spool, 'push'>,
): Checkpoint | undefined {
  const path = pathOf(settings);
  if (!existsSync(path) || !existsSync(settings.out)) return undefined;
  const bytes = readFileSync(path);
  let at = 0;
  const readPart = (): Buffer => {
    const length = bytes.readUIntBE(at, lengthBytes);
    const part = bytes.subarray(at + lengthBytes, at + lengthBytes + length);
    at += lengthBytes + length;
    return part;
  };
  const { fingerprint, ...checkpoint } = deserialize(inflateRawSync(readPart())) as Stored;
  if (fingerprint !== fingerprintOf(settings)) {
    throw new BacktestError(
      78,
      'the checkpoint beside the scores is of other transactions or options; run without --resume',
    );
  }
  if (statSync(settings.out).size < checkpoint.scoresBytes) {
    throw new BacktestError(65, 'the scores are shorter than their checkpoint says; run without --resume');
  }
  while (at < bytes.length) {
    const names = JSON.parse(readPart().toString()) as string[];
    const rows = readPart();
    for (let row = 0; row < rows.length; row += rowBytesOf(names)) spool.push(readWaiting(rows, row, names));
  }
  return checkpoint;
}

/** A run that has ended has nothing to go on from. */
export const removeCheckpoint = (settings: Pick<BacktestSettings, 'out'>): void => {
  rmSync(pathOf(settings), { force: true });
};
