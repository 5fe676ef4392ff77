import { encodeTrailLine } from '@weir/audit';
import type { ReadTrail, TrailLine } from '@weir/audit';
import { decodePayload, events } from '@weir/contracts';
import type { Ops } from '../ops/connect-ops.ts';
import { readEvents } from '../ops/read-events.ts';
import type { ReadEvent } from '../ops/read-events.ts';

/** The trail as it stands on the topic. */
export async function readAuditTrail(ops: Ops): Promise<Required<ReadTrail>> {
  const trail: { [Part in keyof Required<ReadTrail>]: Required<ReadTrail>[Part][number][] } = {
    entries: [],
    checkpoints: [],
    unreadable: [],
  };
  await readTrail(ops, (line) => {
    if ('entry' in line) trail.entries.push(line.entry);
    else if ('checkpoint' in line) trail.checkpoints.push(line.checkpoint);
    else trail.unreadable.push(line.unreadable);
  });
  return trail;
}

/** The trail as lines of a file, one after the other, so that no more than one is held. */
export const exportAuditTrail = (ops: Ops, write: (line: string) => void): Promise<void> =>
  readTrail(ops, (line) => write(`${encodeTrailLine(line)}\n`));

const readTrail = (ops: Ops, onLine: (line: TrailLine) => void): Promise<void> =>
  readEvents(ops, 'audit', { from: 'earliest' }, (event) => onLine(lineOf(event)));

function lineOf({ record, opened }: ReadEvent): TrailLine {
  if (opened.ok && opened.attributes.type === events.auditEntry.type) {
    const entry = decodePayload(events.auditEntry, opened.plaintext);
    if (entry.ok) return { entry: entry.value };
  }
  if (opened.ok && opened.attributes.type === events.auditCheckpoint.type) {
    const checkpoint = decodePayload(events.auditCheckpoint, opened.plaintext);
    if (checkpoint.ok) return { checkpoint: checkpoint.value };
  }
  return { unreadable: `${record.topic}-${record.partition}-${record.offset}` };
}
