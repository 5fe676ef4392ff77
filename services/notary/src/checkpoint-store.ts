import { open, readdir, readFile, statfs, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { auditCheckpoint, WeirError } from '@weir/contracts';
import type { AuditCheckpoint } from '@weir/contracts';
import type { CheckpointStore } from './notary-parts.ts';

/** Room for a batch's checkpoints, each of some 2 KB and a block of the disk. */
const leastRoomBytes = 262_144;

/** Files that one checkpoint may take until it was written whole: each failure leaves at most one behind. */
const maxAttempts = 100;

const fileName = /^(\d{16})(?:-\d{1,2})?\.json$/;

/**
 * Keeps each checkpoint as a file of its own, `0000000000000256.json`, that is
 * made once and never changed: the folder may lie on write-once storage. One that
 * a crash or a full disk left half written stays, and the whole one stands beside
 * it as `-2`.
 */
export function createCheckpointStore(folder: string): CheckpointStore {
  const pathOf = (treeSize: number, attempt: number): string =>
    join(folder, `${String(treeSize).padStart(16, '0')}${attempt === 1 ? '' : `-${attempt}`}.json`);

  async function read(treeSize: number): Promise<AuditCheckpoint | undefined> {
    for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
      const text = await readIfThere(pathOf(treeSize, attempt));
      if (text === undefined) return undefined;
      const checkpoint = readCheckpoint(text);
      if (checkpoint?.treeSize === treeSize) return checkpoint;
    }
    return undefined;
  }

  return {
    read,
    ensureRoom: () =>
      asUnavailable(async () => {
        const disk = await statfs(folder);
        const isFull = disk.bavail * disk.bsize < leastRoomBytes || (disk.files > 0 && disk.ffree === 0);
        if (isFull) throw Object.assign(new Error('no room'), { code: 'ENOSPC' });
      }),
    sizesAbove: (treeSize) =>
      asUnavailable(async () => {
        const sizes = (await readdir(folder)).flatMap((name) => Number(fileName.exec(name)?.[1] ?? NaN));
        const above = new Set(sizes.filter((size) => size > treeSize));
        const whole: number[] = [];
        for (const size of [...above].sort((one, other) => one - other)) {
          if ((await read(size)) !== undefined) whole.push(size);
        }
        return whole;
      }),
    write: (checkpoint) =>
      asUnavailable(async () => {
        const bytes = `${JSON.stringify(auditCheckpoint.parse(checkpoint))}\n`;
        for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
          if (await writeOnce(pathOf(checkpoint.treeSize, attempt), bytes)) return syncFolder(folder);
        }
        throw Object.assign(new Error('too many attempts'), { code: 'EEXIST' });
      }),
  };
}

/** Answers false where the file is there already. A file that could not be written whole is taken away where that is possible. */
async function writeOnce(path: string, bytes: string): Promise<boolean> {
  const file = await open(path, 'wx', 0o440).catch((error: unknown) => {
    if (codeOf(error) === 'EEXIST') return undefined;
    throw error;
  });
  if (file === undefined) return false;
  try {
    await file.writeFile(bytes);
    await file.sync();
  } catch (error) {
    await unlink(path).catch(() => undefined);
    throw error;
  } finally {
    await file.close();
  }
  return true;
}

/** The name of a file rests on the disk only once its folder does. */
async function syncFolder(folder: string): Promise<void> {
  const opened = await open(folder, 'r');
  try {
    await opened.sync();
  } finally {
    await opened.close();
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  return asUnavailable(() =>
    readFile(path, 'utf8').catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') return undefined;
      throw error;
    }),
  );
}

function readCheckpoint(text: string): AuditCheckpoint | undefined {
  try {
    return auditCheckpoint.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** What the disk says passes: somebody makes room, or mounts it again. */
async function asUnavailable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const code = codeOf(error);
    if (error instanceof WeirError || code === undefined) throw error;
    throw new WeirError(
      'audit_unavailable',
      `checkpoints can not be kept (${code}): see AUDIT_CHECKPOINT_DIR`,
      {
        cause: error,
      },
    );
  }
}

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
