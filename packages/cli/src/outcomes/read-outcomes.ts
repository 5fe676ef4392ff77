import { decodePayload, events, streams } from '@weir/contracts';
import type { OutcomeReport } from '@weir/contracts';
import type { Ops } from '../ops/connect-ops.ts';
import { readLatestEvents } from '../ops/read-latest.ts';

/** The latest `count` reports, oldest first. One that was said again stands there again. */
export async function readOutcomes(ops: Ops, count: number): Promise<readonly OutcomeReport[]> {
  const offsets = await ops.kafka.offsets(streams.outcomes.topic);
  const latest = await readLatestEvents(ops, 'outcomes', { count, offsets });
  return latest.flatMap(({ opened }) => {
    const report = opened.ok ? decodePayload(events.outcome, opened.plaintext) : undefined;
    return report?.ok === true ? [report.value] : [];
  });
}
