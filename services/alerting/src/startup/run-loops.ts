import type { AlertStore } from '@weir/alert-store';
import type { Logger, Metrics } from '@weir/runtime';
import type { AlertingHealth } from '../health.ts';
import { startDueLoop } from '../notify/due-loop.ts';
import type { DueLoop } from '../notify/due-loop.ts';
import { systemClock } from '../notify/system-clock.ts';
import { createOutboxRelay } from '../relay/outbox-relay.ts';
import type { OutboxRelayOptions } from '../relay/outbox-relay.ts';
import { createRelayRound } from '../relay/relay-round.ts';
import { createUpkeepRound } from '../upkeep/upkeep-round.ts';
import type { UpkeepParts } from '../upkeep/upkeep-round.ts';

type Around = { readonly metrics: Metrics; readonly log: Logger; readonly health: AlertingHealth };

/** A loop whose failures show in health until a round ends well. */
function loopOf(
  part: string,
  round: (nowMs: number) => Promise<number>,
  { health, log }: Pick<Around, 'health' | 'log'>,
): DueLoop {
  return startDueLoop({
    clock: systemClock,
    random: Math.random,
    round: async (nowMs) => {
      const nextAtMs = await round(nowMs);
      health.works(part);
      return nextAtMs;
    },
    onRetry: (error, delayMs) => {
      health.fails(part, error.code);
      log.warn('a part waits for something outside', { part, error, delayMs });
    },
  });
}

/** Takes the outbox to its topics, for as long as it isn't stopped. */
export function runRelay(
  parts: Around & {
    readonly store: AlertStore;
    readonly openOutbox: OutboxRelayOptions['openTransactions'];
  },
): DueLoop {
  const published = parts.metrics.counter(
    'outbox_published_total',
    'Records of the outbox that are on their topics.',
    ['topic'],
  );
  const relay = createOutboxRelay({
    outbox: parts.store,
    openTransactions: parts.openOutbox,
    onPublished: (records) => {
      for (const [topic, ofTopic] of Map.groupBy(records, (record) => record.topic))
        published.add({ topic }, ofTopic.length);
    },
  });
  const loop = loopOf('outbox', createRelayRound({ relay, outbox: parts.store }), parts);
  return {
    ...loop,
    stop: async () => {
      await loop.stop();
      await relay.close();
    },
  };
}

/** Does what becomes due by time alone. */
export function runUpkeep(
  parts: Around &
    Omit<UpkeepParts, 'onWoken' | 'onDeleted'> & {
      /** Something that has to be written beside, such as what came into force; false where there is nothing. */
      readonly writeRecords: () => Promise<boolean>;
      readonly refreshGauges: (nowMs: number) => Promise<void>;
      readonly onWritten: () => void;
    },
): DueLoop {
  const { log, onWritten } = parts;
  const tidy = createUpkeepRound({
    ...parts,
    onWoken: (count) => {
      log.info('alerts woke, because their snooze is over', { count });
      onWritten();
    },
    onDeleted: (count) => log.info('closed alerts were kept long enough and are deleted', { count }),
  });
  return loopOf(
    'upkeep',
    async (nowMs) => {
      if (await parts.writeRecords()) onWritten();
      await parts.refreshGauges(nowMs);
      return tidy(nowMs);
    },
    parts,
  );
}
