import { auditCheckpoint, auditEntry } from '@weir/contracts';
import type { AuditCheckpoint, AuditEntry } from '@weir/contracts';

/** One line of an exported trail; the lines stand in the order of the topic. */
export type TrailLine =
  | { readonly entry: AuditEntry }
  | { readonly checkpoint: AuditCheckpoint }
  /** Where something stood on the topic that the notary did not seal. */
  | { readonly unreadable: string };

/** Writes a line of an exported trail, without its line break. */
export const encodeTrailLine = (line: TrailLine): string => JSON.stringify(line);

/**
 * Reads the lines of an exported trail one by one. Never throws for what one holds:
 * a line that is none of these is named by its number. Empty lines are left out.
 */
export function* trailLines(texts: Iterable<string>): Generator<TrailLine, void> {
  let number = 0;
  for (const text of texts) {
    number += 1;
    if (text.trim() === '') continue;
    yield readTrailLine(text) ?? { unreadable: `line ${number}` };
  }
}

/** Reads an exported trail and holds all of it. Never throws. */
export function readTrailLines(texts: Iterable<string>): {
  readonly entries: readonly AuditEntry[];
  readonly checkpoints: readonly AuditCheckpoint[];
  readonly unreadable: readonly string[];
} {
  const [entries, checkpoints, unreadable]: [AuditEntry[], AuditCheckpoint[], string[]] = [[], [], []];
  for (const line of trailLines(texts)) {
    if ('entry' in line) entries.push(line.entry);
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
