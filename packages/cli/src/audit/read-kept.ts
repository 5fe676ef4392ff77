import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { auditCheckpoint } from '@weir/contracts';
import type { AuditCheckpoint } from '@weir/contracts';
import { CommandError, exitCodes } from '../exit-codes.ts';

/** The checkpoints that the notary, or an auditor, kept in a folder. What a full disk cut short is left out. */
export function readKeptCheckpoints(folder: string): readonly AuditCheckpoint[] {
  const names = inFiles('the folder of checkpoints', () => readdirSync(folder));
  const kept = names
    .filter((name) => name.endsWith('.json'))
    .flatMap((name) => {
      const checkpoint = auditCheckpoint.safeParse(jsonIn(join(folder, name)));
      return checkpoint.success ? [checkpoint.data] : [];
    });
  // A wrong folder must not look as if a trail had been held against what was kept.
  if (kept.length === 0) {
    throw new CommandError(exitCodes.usage, 'The folder of --checkpoints holds no checkpoint');
  }
  return kept;
}

/** Does something with a file. Throws CommandError that says what can't be read. */
export function inFiles<T>(what: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unreadable';
    throw new CommandError(exitCodes.usage, `${what} can't be read or written (${code})`, { cause });
  }
}

function jsonIn(path: string): unknown {
  const text = inFiles('a kept checkpoint', () => readFileSync(path, 'utf8'));
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
