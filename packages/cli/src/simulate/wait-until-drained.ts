import { setTimeout as sleep } from 'node:timers/promises';
import { streams } from '@weir/contracts';
import type { StreamName } from '@weir/contracts';
import { CommandError, exitCodes } from '../exit-codes.ts';
import type { Ops } from '../ops/connect-ops.ts';

const pollIntervalMs = 250;
const deadlineMs = 300_000;

/** What alerting reads; all of it stands there once detection has decided. */
const alertingReads: readonly StreamName[] = ['held', 'rejected'];

/** Waits until the workers have read everything there is: detection the log, then alerting what came of it. */
export async function waitUntilDrained(ops: Ops, signal: AbortSignal): Promise<void> {
  const logEnds = await ops.kafka.offsets(streams.received.topic);
  await reached(
    ops,
    'weir-detection',
    'received',
    new Map(logEnds.map(({ partition, end }) => [partition, end])),
    signal,
  );
  for (const stream of alertingReads) {
    await reached(ops, 'weir-alerting', stream, await behindLastRecords(ops, stream), signal);
  }
}

/**
 * Behind the last record of each partition. The end of a topic that is written
 * in transactions lies further: the marker of the last one takes an offset that
 * no reader ever gets to commit.
 */
async function behindLastRecords(ops: Ops, stream: StreamName): Promise<Map<number, number>> {
  const { topic } = streams[stream];
  const offsets = await ops.kafka.offsets(topic);
  const filled = offsets.filter(({ earliest, end }) => earliest < end);
  const last = await Promise.all(filled.map(({ partition }) => ops.kafka.lastRecord(topic, partition)));
  return new Map(
    last.flatMap((record) => (record === undefined ? [] : [[record.partition, record.offset + 1]])),
  );
}

async function reached(
  ops: Ops,
  group: string,
  stream: StreamName,
  targets: ReadonlyMap<number, number>,
  signal: AbortSignal,
): Promise<void> {
  for (let waitedMs = 0; waitedMs < deadlineMs && !signal.aborted; waitedMs += pollIntervalMs) {
    const positions = await ops.kafka.groupPositions(group, streams[stream].topic);
    const nextOf = (partition: number): number =>
      positions.find((one) => one.partition === partition)?.next ?? 0;
    if ([...targets].every(([partition, target]) => nextOf(partition) >= target)) return;
    await sleep(pollIntervalMs);
  }
  if (signal.aborted) return;
  throw new CommandError(
    exitCodes.tryAgain,
    `${group} was still behind on ${streams[stream].topic} after ${deadlineMs / 1000} s; see "weir status" and the logs`,
  );
}
