import type { KafkaRecord } from '@weir/kafka';
import { resolveArtefacts } from './artefacts.ts';
import type { Run } from './cut-runs.ts';
import { decideBatch } from './decide-batch.ts';
import type { Decided } from './decide-batch.ts';
import type { DetectionParts } from './detection-parts.ts';
import { appendToWindows, loadHistories, storedBefore } from './histories.ts';
import { applyControl } from './owned-partition.ts';
import type { OwnedPartition } from './owned-partition.ts';
import { publish, sealOutputs } from './publish.ts';
import { windowRecordOf } from './window-record.ts';

/**
 * One step: decides a run of records of one partition, appends them to the
 * windows and publishes what became of them, in this order. A run lies wholly
 * before or wholly behind the stored and the published position found at
 * take-over: what the windows hold is not appended again, what has a verdict is
 * not published again.
 *
 * `isRefused` names records that are known to make every publication fail.
 *
 * After any error the partition has to be taken over again: the histories in
 * memory may be ahead of both positions.
 */
export async function runStep(
  parts: DetectionParts,
  owned: OwnedPartition,
  run: Run,
  records: readonly KafkaRecord[],
  isRefused: (offset: number) => boolean,
): Promise<void> {
  const [first] = run.decoded;
  if (first === undefined) return;
  const appends = first.offset >= owned.appendFrom;
  const publishes = first.offset >= owned.publishFrom;

  if (first.kind === 'control' && publishes) owned.log = applyControl(owned.log, first.control);
  const { plan, judge } = resolveArtefacts(owned.log.versions);
  const histories = await loadHistories(owned, run, plan);
  const before = storedBefore(histories);
  const decided = decideBatch(run.decoded, { judge, histories, toRecord: windowRecordOf });

  // A record found impossible to publish keeps its place in the windows, which a rebuild from the log would give it too.
  const outcomes = decided.map((one): Decided => (isRefused(one.offset) ? refusal(one.offset) : one));

  // Sealing comes before the chain: when the KMS is away, nothing has moved yet.
  const outputs = publishes ? await sealOutputs(parts, owned, { ...run, decided: outcomes, records }) : [];
  if (appends) await appendToWindows(owned, run, decided, before);
  if (publishes) await publish(owned, run.to, outputs);
  owned.position = run.to;
  for (const [account, history] of histories) owned.histories.set(account, history);
  parts.observe.stepDone(owned.partition, { decided: outcomes, publishes });
}

const refusal = (offset: number): Decided => ({
  kind: 'rejected',
  offset,
  rejection: { code: 'processing_failed', path: '' },
});
