import { setTimeout as sleep } from 'node:timers/promises';
import { streams } from '@weir/contracts';
import type { StreamName } from '@weir/contracts';
import { CommandError, exitCodes } from '../exit-codes.ts';
import type { Ops } from '../ops/connect-ops.ts';

/** Who has to have read what before a day is over. */
const readings: readonly { readonly group: string; readonly stream: StreamName }[] = [
  { group: 'weir-detection', stream: 'received' },
  { group: 'weir-alerting', stream: 'held' },
  { group: 'weir-alerting', stream: 'rejected' },
];

const pollIntervalMs = 250;
const deadlineMs = 300_000;

/** Waits until the workers have read everything: nothing is behind a published position any more. */
export async function waitUntilDrained(ops: Ops, signal: AbortSignal): Promise<void> {
  for (let waitedMs = 0; waitedMs < deadlineMs && !signal.aborted; waitedMs += pollIntervalMs) {
    const behind = await Promise.all(readings.map((reading) => lagOf(ops, reading)));
    if (behind.every((records) => records === 0)) return;
    await sleep(pollIntervalMs);
  }
  if (signal.aborted) return;
  throw new CommandError(
    exitCodes.tryAgain,
    `the workers were still behind after ${deadlineMs / 1000} s; see "weir status" and their logs`,
  );
}

async function lagOf(ops: Ops, { group, stream }: (typeof readings)[number]): Promise<number> {
  const { topic } = streams[stream];
  const ends = await ops.kafka.offsets(topic);
  const positions = await ops.kafka.groupPositions(group, topic);
  return ends.reduce((sum, { partition, earliest, end }) => {
    const next = positions.find((one) => one.partition === partition)?.next ?? earliest;
    return sum + Math.max(0, end - next);
  }, 0);
}
