import { codeOf } from '@weir/outbound';
import type { Channel, DeliveryOutcome } from '../channel.ts';
import { createAppendFile } from './append-file.ts';
import { findingLines, renderFindings } from './render-findings.ts';

export type OcsfFileChannelOptions = {
  readonly receiverId: string;
  readonly path: string;
  /** With those kept aside, at most `(keptFiles + 1) × maxFileBytes` on disk. */
  readonly maxFileBytes: number;
  readonly keptFiles: number;
  readonly timeoutMs: number;
};

/** Adds OCSF findings, a line of JSON each, to a file that the agent of a SIEM follows. */
export function createOcsfFileChannel(options: OcsfFileChannelOptions): Channel {
  const { receiverId, timeoutMs } = options;
  const file = createAppendFile(options);
  let isBusy = false;
  /** One at a time, also behind one that was given up: a disk that hangs takes no second write. */
  async function within(step: () => Promise<void>): Promise<DeliveryOutcome> {
    if (isBusy) return { kind: 'unavailable', code: 'EBUSY', status: undefined };
    isBusy = true;
    const done = step()
      .then((): DeliveryOutcome => ({ kind: 'accepted' }), outcomeOfFault)
      .finally(() => (isBusy = false));
    return withDeadline(done, timeoutMs);
  }
  return {
    receiverId,
    name: 'ocsf',
    maxParallel: 1,
    timeoutMs,
    targets: ['-'],
    send: async ({ notification, deliveryKey }) => {
      const lines = findingLines(renderFindings(notification, deliveryKey));
      return within(() => file.append(lines));
    },
    check: () => within(file.check),
    close: file.close,
  };
}

/** A disk may be mounted, emptied or its rights put right: it is always tried again. */
const outcomeOfFault = (error: unknown): DeliveryOutcome => ({
  kind: 'unavailable',
  code: (error instanceof Error ? codeOf(error) : undefined) ?? 'EUNKNOWN',
  status: undefined,
});

async function withDeadline(done: Promise<DeliveryOutcome>, timeoutMs: number): Promise<DeliveryOutcome> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<DeliveryOutcome>((resolve) => {
    timer = setTimeout(
      () => resolve({ kind: 'unavailable', code: 'ETIMEDOUT', status: undefined }),
      timeoutMs,
    );
  });
  try {
    return await Promise.race([done, late]);
  } finally {
    clearTimeout(timer);
  }
}
