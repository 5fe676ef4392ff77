import { constants } from 'node:fs';
import { open, readdir, rename, stat, unlink } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { codeOf } from '@weir/outbound';

export type AppendFileOptions = {
  readonly path: string;
  /** A file that would become larger is put aside first, as `<path>.<number>`: the larger, the newer. */
  readonly maxFileBytes: number;
  /** So many are kept aside; the oldest go when there are more. At least 1. */
  readonly keptFiles: number;
};

export type AppendFile = {
  /** Adds whole lines, and returns once they are on disk. One call at a time. Throws what the system says. */
  readonly append: (lines: Buffer) => Promise<void>;
  /** Whether lines could be added, without adding any. Throws what the system says. */
  readonly check: () => Promise<void>;
  readonly close: () => void;
};

const flags = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW;
/** Findings are for the agent of a SIEM alone. */
const mode = 0o600;
const lineFeed = 0x0a;
/** So many others may put a file aside in the same moment; there are never more than a few. */
const mostTaken = 100;

/**
 * A file of lines that an agent follows. Each append is one write, so that what two processes add never
 * mingles. A line that a crash cut short is ended where it was cut before the next one is added: it was
 * never said to be taken, so its delivery comes again, whole. Nothing that was written is ever taken back,
 * since an agent may have read it.
 */
export function createAppendFile({ path, maxFileBytes, keptFiles }: AppendFileOptions): AppendFile {
  let file: FileHandle | undefined;

  /** The file that stands at the path now: another process, or whoever clears up, may have moved the last one. */
  async function current(): Promise<FileHandle> {
    if (file !== undefined && (await isAt(path, file))) return file;
    await closed();
    file = await open(path, flags, mode);
    if (!(await file.stat()).isFile()) {
      await closed();
      throw Object.assign(new Error('not a file'), { code: 'EISDIR' });
    }
    await syncFolder(path);
    return file;
  }

  async function closed(): Promise<void> {
    const last = file;
    file = undefined;
    await last?.close();
  }

  async function rotated(): Promise<FileHandle> {
    await closed();
    await putAside(path, keptFiles);
    return current();
  }

  return {
    append: async (lines) => {
      let to = await current();
      const { size } = await to.stat();
      if (size > 0 && size + lines.length > maxFileBytes) to = await rotated();
      const begins = (await endsInALine(to)) ? lines : Buffer.concat([Buffer.of(lineFeed), lines]);
      const { bytesWritten } = await to.write(begins);
      if (bytesWritten !== begins.length) throw Object.assign(new Error('cut short'), { code: 'ENOSPC' });
      await to.datasync();
    },
    check: async () => void (await current()),
    close: () => void closed().catch(() => undefined),
  };
}

async function isAt(path: string, file: FileHandle): Promise<boolean> {
  const [there, here] = await Promise.all([stat(path).catch(() => undefined), file.stat()]);
  return there !== undefined && there.ino === here.ino && there.dev === here.dev;
}

async function endsInALine(file: FileHandle): Promise<boolean> {
  const { size } = await file.stat();
  if (size === 0) return true;
  const last = Buffer.alloc(1);
  await file.read(last, 0, 1, size - 1);
  return last[0] === lineFeed;
}

/**
 * Gives the file the next number, which nobody else can have taken: it is reserved first, so that two
 * processes that do this at once never put one file in the place of another.
 */
async function putAside(path: string, keptFiles: number): Promise<void> {
  const numbers = await numbersAside(path);
  const aside = await reserved(path, (numbers.at(-1) ?? 0) + 1);
  await unlessGone(rename(path, aside));
  for (const old of numbers.slice(0, Math.max(0, numbers.length + 1 - keptFiles)))
    await unlessGone(unlink(`${path}.${old}`));
}

/** The numbers of the files that stand aside, the oldest first. */
async function numbersAside(path: string): Promise<readonly number[]> {
  const prefix = `${basename(path)}.`;
  return (await readdir(dirname(path)))
    .flatMap((name) => (name.startsWith(prefix) ? [name.slice(prefix.length)] : []))
    .filter((end) => /^[1-9]\d{0,8}$/.test(end))
    .map(Number)
    .toSorted((one, other) => one - other);
}

/** The first name from that number on that nobody has. */
async function reserved(path: string, from: number): Promise<string> {
  for (let number = from; number < from + mostTaken; number += 1)
    if (await isReserved(`${path}.${number}`)) return `${path}.${number}`;
  throw Object.assign(new Error('no number is free'), { code: 'EEXIST' });
}

async function isReserved(path: string): Promise<boolean> {
  try {
    await (await open(path, 'wx', mode)).close();
    return true;
  } catch (error) {
    if (error instanceof Error && codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Another process may have been there first. */
async function unlessGone(step: Promise<void>): Promise<void> {
  try {
    await step;
  } catch (error) {
    if (!(error instanceof Error && codeOf(error) === 'ENOENT')) throw error;
  }
}

/** A new name is only there after a loss of power once its folder has been written. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(dirname(path), constants.O_RDONLY);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
