import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodePayload, events } from '@weir/contracts';
import type { AuditRequest } from '@weir/contracts';
import type { OpenedEvent } from '@weir/envelope';
import type { KafkaRecord } from '@weir/kafka';
import { requestsOf } from './fixtures/memory-notary.ts';
import { planBatch } from './plan-batch.ts';
import { maxSeen } from './trail-state.ts';
import type { TrailState } from './trail-state.ts';

const time = { nowMs: 0, checkpointIntervalMs: 60_000 };
const nothing: TrailState = {
  frontier: { size: 0, peaks: [] },
  covered: 0,
  uncoveredSinceMs: undefined,
  seen: new Set(),
  keptAhead: [],
  next: 0,
};

/** The ids of the entries that a stretch of the intake becomes, read in batches of this many. */
function recordedOf(requests: readonly AuditRequest[], perBatch: number): readonly string[] {
  let state = nothing;
  const recorded: string[] = [];
  for (let at = 0; at < requests.length; at += perBatch) {
    const batch = requests.slice(at, at + perBatch);
    const records = batch.map((_, index) => ({ offset: at + index }) as KafkaRecord);
    const opened = batch.map(
      (request) =>
        ({
          ok: true,
          attributes: { type: events.auditRequest.type },
          plaintext: encodePayload(events.auditRequest, request),
        }) as OpenedEvent,
    );
    const plan = planBatch(state, { records, opened }, time);
    for (const step of plan.steps) if (step.kind === 'entry') recorded.push(step.entry.requestId);
    state = plan.after;
  }
  return recorded;
}

test('A request that comes again at the edge of what is remembered is met alike, however the intake is cut', () => {
  const requests = requestsOf(maxSeen + 1);
  // The first is forgotten by then, the third is not.
  const intake = [...requests, requests[0] as AuditRequest, requests[2] as AuditRequest];
  const recorded = recordedOf(intake, 500);
  assert.equal(recorded.length, requests.length + 1);
  assert.equal(recorded.at(-1), requests[0]?.requestId);
  assert.deepEqual(recordedOf(intake, 333), recorded);
  assert.deepEqual(recordedOf(intake, intake.length), recorded);
});
