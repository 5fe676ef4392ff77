import { WeirError } from '@weir/contracts';
import { checkAppend } from './check-append.ts';
import type { MemoryBroker } from './memory-broker.ts';
import type { MemoryLink } from './memory-link.ts';
import type { Producer } from './producer.ts';

/** A producer over a broker in memory; one append at a time per partition, in the order of the calls. */
export const createMemoryProducer = (broker: MemoryBroker, link: MemoryLink): Producer => {
  const tails = new Map<string, Promise<unknown>>();
  return {
    append: async (topic, partition, records) => {
      checkAppend(records);
      const name = `${topic}-${partition}`;
      const turn = (tails.get(name) ?? Promise.resolve()).then(async () => {
        try {
          const firstOffset = await link.request('append', () =>
            broker.log.append({ topic, partition }, records),
          );
          return { firstOffset };
        } catch (cause) {
          throw new WeirError('publish_outcome_unknown', `append to ${name}: failed`, { cause });
        }
      });
      tails.set(
        name,
        turn.catch(() => undefined),
      );
      return turn;
    },
    close: async () => undefined,
  };
};
