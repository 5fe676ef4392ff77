import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { recordStart } from '@weir/audit';
import { createTurns, startHttpEndpoint } from '@weir/runtime';
import type { Logger, Metrics, RedactedConfig, RunningWorker } from '@weir/runtime';
import type { AlertingConfig } from '../config.ts';
import { createHealth } from '../health.ts';
import { createIntakeObserver } from '../intake/observe-intake.ts';
import { openTelling } from '../notify/open-telling.ts';
import { systemClock } from '../notify/system-clock.ts';
import { channelContextOf, routesSourceOf } from '../receivers/routes-fields.ts';
import { createStoreGauges } from '../upkeep/store-gauges.ts';
import { checkStore } from './check-store.ts';
import { openAlertsApi } from './open-api.ts';
import { openConnections } from './open-connections.ts';
import { createRoutingRecord } from './record-routing.ts';
import { runIntake } from './run-intake.ts';
import { runRelay, runUpkeep } from './run-loops.ts';

const dayMs = 86_400_000;

export type StartOptions = {
  readonly config: AlertingConfig;
  readonly configuration: RedactedConfig;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly signal: AbortSignal;
};

/** Puts the parts of alerting together; what was started last stops first. */
export async function startAlerting(options: StartOptions): Promise<RunningWorker> {
  const { config, log, metrics, signal } = options;
  const connections = await openConnections(config, log, metrics);
  const { kms, kafka, store, columns, sealOutbox, opening, environment } = connections;
  await checkStore(connections);
  const health = createHealth();
  const around = { metrics, log, health };

  const routingRecord = createRoutingRecord({ store, sealOutbox });
  const telling = openTelling({
    ...{ store, columns, opening, metrics, log, clock: systemClock, random: Math.random, newId: randomUUID },
    source: routesSourceOf(config, process.env),
    context: channelContextOf(config, { hostname: hostname(), now: Date.now }),
    onLoaded: routingRecord.note,
  });
  const routing = () => telling.routes().routing;
  const relay = runRelay({ ...around, store, openOutbox: connections.openOutbox });
  const nudge = (): void => {
    relay.nudge();
    telling.nudge();
  };
  const upkeep = runUpkeep({
    ...around,
    ...{ store, columns, sealOutbox, environment, routing },
    retentionMs: config.RETENTION_DAYS * dayMs,
    writeRecords: routingRecord.write,
    refreshGauges: createStoreGauges({ store, metrics }).refresh,
    onWritten: nudge,
  });
  telling.start();
  const ended = Promise.withResolvers<void>();
  for (const part of [relay, upkeep, telling]) part.done.catch(ended.reject);

  const api = await openAlertsApi({ config, connections, telling, metrics, log, onChanged: nudge });
  const http = await startHttpEndpoint({
    host: config.HTTP_HOST,
    port: config.HTTP_PORT,
    metrics,
    live: () => [],
    ready: () => [...health.problems(), ...kms.problems(), ...api.problems()],
  });
  recordStart({
    ...{ kafka, sealer: connections.auditSealer, environment, service: 'alerting', signal },
    configuration: options.configuration,
  }).catch(ended.reject);
  const intake = await runIntake({
    ...{ config, connections, health, log },
    parts: { opening, store, columns, sealOutbox, routing, nowMs: Date.now, takeTurn: createTurns(1) },
    observe: createIntakeObserver(metrics, log, health, telling.held),
    onTaken: nudge,
    onCrash: ended.reject,
  });

  return {
    done: ended.promise,
    reload: () => {
      try {
        telling.reload();
      } finally {
        api.reload();
        kms.reload();
      }
    },
    stop: async () => {
      await intake.stop();
      await api.close();
      await upkeep.stop();
      await telling.stop();
      await relay.stop();
      await http.close();
      await connections.close();
      ended.resolve();
    },
  };
}
