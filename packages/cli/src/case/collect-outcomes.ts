import { decodePayload, events, streams, type OutcomeReport } from '@weir/contracts';
import type { Ops } from '../ops/connect-ops.ts';
import { keyOf, readSelected } from './read-selected.ts';

/** What people said that transactions turned out to be, by event id, in the order it was said. */
export async function collectOutcomes(
  ops: Ops,
  transactions: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, readonly OutcomeReport[]>> {
  if (transactions.size === 0) return new Map();
  const reports = new Map<string, Map<string, OutcomeReport>>();
  const offsets = await ops.kafka.offsets(streams.outcomes.topic);
  await readSelected(
    ops,
    'outcomes',
    {
      from: new Map(offsets.map(({ partition, earliest }) => [partition, earliest])),
      until: new Map(offsets.map(({ partition, end }) => [partition, end])),
    },
    (record) => transactions.has(keyOf(record) ?? ''),
    ({ opened }) => {
      const payload = opened.ok ? decodePayload(events.outcome, opened.plaintext) : undefined;
      if (!opened.ok || payload?.ok !== true) return;
      const of = reports.get(opened.key) ?? new Map<string, OutcomeReport>();
      // One that was said twice has one id.
      reports.set(opened.key, of.set(opened.attributes.id, payload.value));
    },
    signal,
  );
  return new Map(
    [...reports].map(([id, of]) => [
      id,
      [...of.values()].toSorted((a, b) => (a.reportedAt < b.reportedAt ? -1 : 1)),
    ]),
  );
}
