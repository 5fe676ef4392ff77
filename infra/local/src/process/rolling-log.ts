import { closeSync, mkdirSync, openSync, readFileSync, renameSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

const defaultLimitBytes = 5 * 1024 * 1024;

/** A file that output is appended to; at its limit it is renamed to `<path>.1` and begun again. */
export type RollingLog = {
  readonly write: (chunk: Buffer) => void;
  readonly close: () => void;
};

/**
 * Opens the log at `path` for appending, mode 0600. It takes at most about
 * twice `limitBytes` of disk, whatever the process behind it prints.
 */
export function openRollingLog(path: string, limitBytes: number = defaultLimitBytes): RollingLog {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  let descriptor: number | undefined = openSync(path, 'a', 0o600);
  let sizeBytes = statSync(path).size;
  return {
    write: (chunk) => {
      if (descriptor === undefined) return;
      if (sizeBytes > 0 && sizeBytes + chunk.length > limitBytes) {
        closeSync(descriptor);
        renameSync(path, `${path}.1`);
        descriptor = openSync(path, 'a', 0o600);
        sizeBytes = 0;
      }
      writeSync(descriptor, chunk);
      sizeBytes += chunk.length;
    },
    close: () => {
      if (descriptor !== undefined) closeSync(descriptor);
      descriptor = undefined;
    },
  };
}

/** Where a log is and what it says last, as the end of a sentence a person reads. */
export function pointToLog(path: string): string {
  const quotedLength = 300;
  let last: string | undefined;
  try {
    last = readFileSync(path, 'utf8').trimEnd().split('\n').at(-1);
  } catch {
    // A process that could not be started has no log.
  }
  return last === undefined || last === ''
    ? `its log is ${path}`
    : `its log, ${path}, says last: ${last.slice(0, quotedLength)}`;
}
