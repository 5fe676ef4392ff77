import type { ReadTrail, TrailLine } from '@weir/audit';
import { decodePayload, events } from '@weir/contracts';
import type { Ops } from '../ops/connect-ops.ts';
import { readEvents } from '../ops/read-events.ts';
import type { ReadEvent } from '../ops/read-events.ts';
import { createTrailCollector } from './collect-trail.ts';

/** The trail as it stands on the topic; of its entries only `whole` is held whole. */
export async function readAuditTrail(ops: Ops, whole?: number): Promise<Required<ReadTrail>> {
  const { add, trail } = createTrailCollector(whole);
  await readTrail(ops, add);
  return trail;
}

/** Hands over what stands on the trail, one after the other, so that no more than one is held. */
export const readTrail = (ops: Ops, onLine: (line: TrailLine) => void): Promise<void> =>
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
