import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  eventTimeAt,
  hasNames,
  readWaiting,
  rowBytesOf,
  writeWaiting,
  type SpoolSegment,
  type Waiting,
} from './spool-segment.ts';

/** So many rows a segment of the spool has; two of them are in memory at most. */
const spoolSegmentRows = 16_384;

/** Observations whose outcome isn't due yet, first in, first out. */
export type Spool = {
  readonly push: (waiting: Waiting) => void;
  /** When the oldest happened; undefined where none waits. */
  readonly firstEventTimeMs: () => number | undefined;
  readonly shift: () => Waiting | undefined;
  /** How many wait, and how many of them are held in memory: never more than two segments. */
  readonly size: () => number;
  readonly rowsInMemory: () => number;
  /** All that wait, a segment at a time, oldest first; the spool stays as it is. */
  readonly segments: () => Generator<SpoolSegment, void, undefined>;
  /** Removes its files. */
  readonly close: () => void;
};

type Head = SpoolSegment & { read: number };
type Tail = { names: readonly string[]; bytes: Buffer; rows: number };
/** A segment that rests in a file: the middle of the spool. */
type Stored = { readonly file: string; readonly names: readonly string[]; readonly rows: number };

/**
 * A spool that holds at most two segments in memory; what lies between the
 * oldest and the newest rests in files of `folder`, which it makes anew and
 * removes. Only this process may read them: they hold what each account did.
 */
export function createSpool(folder: string, segmentRows: number = spoolSegmentRows): Spool {
  let head: Head | undefined;
  let tail: Tail | undefined;
  const middle: Stored[] = [];
  let files = 0;
  let middleRows = 0;
  rmSync(folder, { recursive: true, force: true });

  function sealTail(): void {
    if (tail === undefined || tail.rows === 0) return;
    const { names, rows } = tail;
    const used = tail.bytes.subarray(0, rows * rowBytesOf(names));
    if (head === undefined && middle.length === 0) {
      head = { names, rows, bytes: used, read: 0 };
    } else {
      if (files === 0) mkdirSync(folder, { recursive: true, mode: 0o700 });
      const file = join(folder, String(files));
      files += 1;
      writeFileSync(file, used, { mode: 0o600 });
      middle.push({ file, names, rows });
      middleRows += rows;
    }
    tail = undefined;
  }

  /** Makes sure that the oldest row stands in the head, where there is any. */
  function fillHead(): Head | undefined {
    if (head !== undefined && head.read < head.rows) return head;
    head = undefined;
    const next = middle.shift();
    if (next !== undefined) {
      head = { names: next.names, rows: next.rows, bytes: readFileSync(next.file), read: 0 };
      middleRows -= next.rows;
      rmSync(next.file);
    } else {
      sealTail();
    }
    return head;
  }

  return {
    push(waiting) {
      const { features } = waiting.observation;
      if (tail !== undefined && (tail.rows === segmentRows || !hasNames(features, tail.names))) sealTail();
      if (tail === undefined) {
        const names = Object.keys(features);
        tail = { names, bytes: Buffer.allocUnsafe(segmentRows * rowBytesOf(names)), rows: 0 };
      }
      writeWaiting(tail.bytes, tail.rows * rowBytesOf(tail.names), tail.names, waiting);
      tail.rows += 1;
    },
    firstEventTimeMs() {
      const first = fillHead();
      return first === undefined ? undefined : eventTimeAt(first.bytes, first.read * rowBytesOf(first.names));
    },
    shift() {
      const first = fillHead();
      if (first === undefined) return undefined;
      const waiting = readWaiting(first.bytes, first.read * rowBytesOf(first.names), first.names);
      first.read += 1;
      return waiting;
    },
    size: () => rowsLeft(head) + middleRows + (tail?.rows ?? 0),
    rowsInMemory: () => rowsLeft(head) + (tail?.rows ?? 0),
    *segments() {
      if (head !== undefined && head.read < head.rows) {
        const { names, rows, read, bytes } = head;
        yield { names, rows: rows - read, bytes: bytes.subarray(read * rowBytesOf(names)) };
      }
      for (const { names, rows, file } of middle) yield { names, rows, bytes: readFileSync(file) };
      if (tail !== undefined) {
        const { names, rows, bytes } = tail;
        yield { names, rows, bytes: bytes.subarray(0, rows * rowBytesOf(names)) };
      }
    },
    close() {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const rowsLeft = (head: Head | undefined): number => (head === undefined ? 0 : head.rows - head.read);
