import { decodePayload, events, streams } from '@weir/contracts';
import type { Ops } from '../ops/connect-ops.ts';
import { readEvents } from '../ops/read-events.ts';

/** The consumer group whose committed offsets say which approved releases detection has acted on. */
const releasesGroup = 'weir-detection-releases';

/** Held transactions that people let go, and those approved ones that detection has yet to look at. */
export type ReleaseCounts = { readonly released: number; readonly waiting: number };

/**
 * How many held transactions were approved to go, each counted once however often
 * that was said. They are held in the ledger all the same: a release is no verdict.
 */
export async function readReleases(ops: Ops): Promise<ReleaseCounts> {
  const { topic } = streams.releases;
  const none = { released: 0, waiting: 0 };
  // To read costs the joining of a group; most logs have none.
  if ((await ops.kafka.offsets(topic)).every(({ earliest, end }) => earliest === end)) return none;
  const positions = await ops.kafka.groupPositions(releasesGroup, topic);
  const next = new Map(positions.map((one) => [one.partition, one.next ?? 0]));
  const approved = new Map<string, boolean>();
  await readEvents(ops, 'releases', { from: 'earliest' }, ({ record, opened }) => {
    const payload = opened.ok ? decodePayload(events.release, opened.plaintext) : undefined;
    if (payload?.ok !== true) return;
    const { transactionIdentity, heldOffset } = payload.value;
    const name = `${record.partition} ${heldOffset} ${transactionIdentity}`;
    const isDone = record.offset < (next.get(record.partition) ?? 0);
    approved.set(name, (approved.get(name) ?? false) || isDone);
  });
  const released = [...approved.values()].filter((isDone) => isDone).length;
  return { released, waiting: approved.size - released };
}
