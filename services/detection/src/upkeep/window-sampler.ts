import { WeirError } from '@weir/contracts';
import type { BatchConsumer } from '../consume-batch.ts';
import type { DetectionParts } from '../detection-parts.ts';
import type { OwnedPartition } from '../owned-partition.ts';
import { sampleWindows } from './sample-windows.ts';
import type { SampleParts } from './sample-windows.ts';

export type WindowSamplerOptions = {
  readonly parts: DetectionParts;
  readonly batches: Pick<BatchConsumer, 'owned' | 'distrust'>;
  readonly sampling: Omit<SampleParts, 'opening' | 'logOffsets'> & { readonly accounts: number };
};

export type WindowSampler = {
  /** Verifies a few accounts of the next partition in turn. One at a time; never throws for what may pass. */
  sample(): Promise<void>;
  /** Ends what is under way, and waits for nothing but a partition that is being given back. */
  close(): Promise<void>;
};

/**
 * Verifies windows by the way, a few accounts at a time: what neither the chain
 * nor the store can notice, such as a value that was altered, is found in time.
 * A difference is told and the partition's windows are rebuilt from the log.
 */
export function createWindowSampler({ parts, batches, sampling }: WindowSamplerOptions): WindowSampler {
  let lastPartition = -1;
  const closing = new AbortController();
  let underWay: Promise<void> | undefined;
  let distrusting: Promise<void> | undefined;

  function nextInTurn(): Readonly<OwnedPartition> | undefined {
    const ready = batches
      .owned()
      .filter(({ stored, publishFrom }) => stored !== undefined && stored.next >= publishFrom)
      .toSorted((one, other) => one.partition - other.partition);
    return ready.find(({ partition }) => partition > lastPartition) ?? ready[0];
  }

  async function sampleNext(): Promise<void> {
    const owned = nextInTurn();
    if (owned?.stored === undefined) return;
    lastPartition = owned.partition;
    const { partition, plan, log } = owned;
    const { earliest } = await parts.logOffsets(partition);
    const verified = {
      ...{ partition, plan, earliest, logId: log.logId },
      stored: owned.stored.next,
      store: await parts.openStore(log),
    };
    const { opening, logOffsets } = parts;
    const readRange: SampleParts['readRange'] = (range) =>
      sampling.readRange({ ...range, signal: closing.signal });
    const sampled = await sampleWindows({ ...sampling, readRange, opening, logOffsets }, verified, {
      accounts: sampling.accounts,
      isWanted: () => !closing.signal.aborted && batches.owned().includes(owned),
    });
    if (sampled === undefined || closing.signal.aborted) return;
    parts.observe.windowsSampled(partition, sampled);
    if (sampled.differing.length === 0) return;
    distrusting = batches.distrust(owned);
    await distrusting;
  }

  async function sampleQuietly(): Promise<void> {
    try {
      await sampleNext();
    } catch (error) {
      // Whatever it read from has gone.
      if (closing.signal.aborted) return;
      // The brokers, Redis or the KMS are away: the step says so, and the next sample comes in its time.
      if (!(error instanceof WeirError) || error.recovery === 'halt') throw error;
    }
  }

  return {
    sample: () => (underWay ??= sampleQuietly().finally(() => (underWay = undefined))),
    async close() {
      closing.abort();
      await distrusting?.catch(() => undefined);
    },
  };
}
