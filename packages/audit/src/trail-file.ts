import { auditCheckpoint, auditEntry } from '@weir/contracts';
import type { AuditCheckpoint, AuditEntry } from '@weir/contracts';
import type { ReadTrail } from './verify-trail.ts';

/** One line of an exported trail; the lines stand in the order of the topic. */
export type TrailLine =
  | { readonly entry: AuditEntry }
  | { readonly checkpoint: AuditCheckpoint }
  /** Where something stood on the topic that the notary did not seal. */
  | { readonly unreadable: string };

/** Writes a line of an exported trail, without its line break. */
export const encodeTrailLine = (line: TrailLine): string => JSON.stringify(line);

/**
 * Reads an exported trail. Never throws: a line that is none of these is named by
 * its number. Empty lines are left out.
 */
export function readTrailLines(lines: Iterable<string>): Required<ReadTrail> {
  const [entries, checkpoints, unreadable]: [AuditEntry[], AuditCheckpoint[], string[]] = [[], [], []];
  let number = 0;
  for (const text of lines) {
    number += 1;
    if (text.trim() === '') continue;
    const line = readTrailLine(text);
    if (line === undefined) unreadable.push(`line ${number}`);
    else if ('entry' in line) entries.push(line.entry);
    else if ('checkpoint' in line) checkpoints.push(line.checkpoint);
    else unreadable.push(line.unreadable);
  }
  return { entries, checkpoints, unreadable };
}

function readTrailLine(text: string): TrailLine | undefined {
  let line: unknown;
  try {
    line = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof line !== 'object' || line === null) return undefined;
  if ('entry' in line) {
    const entry = auditEntry.safeParse(line.entry);
    return entry.success ? { entry: entry.data } : undefined;
  }
  if ('checkpoint' in line) {
    const checkpoint = auditCheckpoint.safeParse(line.checkpoint);
    return checkpoint.success ? { checkpoint: checkpoint.data } : undefined;
  }
  return 'unreadable' in line && isPlace(line.unreadable) ? { unreadable: line.unreadable } : undefined;
}

/** A name of a place is of our own making; any other text would be printed to a terminal as it is. */
const isPlace = (text: unknown): text is string =>
  typeof text === 'string' && /^[A-Za-z0-9 ._-]{1,100}$/.test(text);
