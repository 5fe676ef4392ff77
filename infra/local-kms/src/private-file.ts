import {
  closeSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';

/** A file of secrets that others could have read or changed, or that can't be understood. */
export class PrivateFileError extends Error {
  override readonly name = 'PrivateFileError';
}

/**
 * The text of a file only its owner can reach; undefined when there is none.
 * Throws PrivateFileError when its mode lets group or others in.
 */
export function readPrivateFile(path: string): string | undefined {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    // The mode is asked of the open file, not of the path, which could be swapped in between.
    if ((fstatSync(file).mode & 0o077) !== 0) {
      throw new PrivateFileError(`${path} can be reached by others than its owner: chmod 600 it`);
    }
    return readFileSync(file, 'utf8');
  } finally {
    closeSync(file);
  }
}

/**
 * Replaces the file as a whole, mode 0600. After a crash or kill -9 at any
 * moment the path holds the old text or the new one, and once this has returned
 * the new one survives a power cut. One writer at a time.
 */
export function writePrivateFile(path: string, text: string): void {
  const draft = `${path}.tmp`;
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  // A draft left by a killed writer may have any content; exclusive creation sets the mode.
  rmSync(draft, { force: true });
  const file = openSync(draft, 'wx', 0o600);
  try {
    writeFileSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(draft, path);
  const directory = openSync(dirname(path), 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}
