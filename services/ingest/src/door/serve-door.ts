import type { KeyObject } from 'node:crypto';
import {
  closeServer,
  createAdmit,
  createRateLimit,
  createRefusalCount,
  createRefusals,
  listenOn,
  openTokenBook,
  serverLimits,
  type Refusals,
  type ServerTls,
  type TlsRenewal,
} from '@weir/access';
import { createAuditRecorder } from '@weir/audit';
import type { AccessToken, WeirError } from '@weir/contracts';
import { createPartitioner, createPseudonymizer, sealEvents, type Opener, type Sealer } from '@weir/envelope';
import type { KafkaClient, Producer } from '@weir/kafka';
import type { Logger } from '@weir/runtime';
import { createAcceptor } from '../accept-transaction.ts';
import type { RulesetPorts } from '../artefacts/rulesets/activate-ruleset.ts';
import type { Pseudonymize } from '../identify.ts';
import { requireNamedLog } from '../log/require-named-log.ts';
import { createRefuser } from '../refuse-record.ts';
import { createDispatcher, type Dispatcher } from '../send/dispatcher.ts';
import { sealerAmong } from '../send/outgoing.ts';
import { retryWithin, type RetryWithin } from '../send/retry-within.ts';
import { buildApp } from './build-app.ts';
import type { DoorHealth } from './door-health.ts';
import type { DoorMetrics } from './door-metrics.ts';
import { createIdempotency } from './idempotency.ts';
import { createByteBudget } from './limits/byte-budget.ts';
import { doorLimits } from './limits/door-limits.ts';
import { createRecentIdentities } from './limits/recent-identities.ts';
import { createPlaceIds, type PlaceIds } from './place-id.ts';
import { createRulesetActs } from './rulesets/ruleset-acts.ts';
import { createSending, type Sending } from './sending.ts';
import { createSubmit, type DoorTicket, type SubmitOptions } from './submit.ts';
import { followJournal } from './verdicts/follow-journal.ts';
import { createRunOpener } from './verdicts/journal-records.ts';
import { createReadVerdict } from './verdicts/read-verdict.ts';
import { searchJournal } from './verdicts/search-journal.ts';

export type DoorSettings = {
  readonly environment: string;
  readonly host: string;
  /** 0 takes any free one. */
  readonly port: number;
  readonly tls: ServerTls | undefined;
  readonly tokensFile: string;
  readonly maxBodyBytes: number;
  readonly maxRecords: number;
  readonly maxOpenBytes: number;
  readonly maxConnections: number;
  readonly maxConnectionsPerAddress: number;
  readonly requestTimeoutMs: number;
  readonly recordsPerSecond: number;
  readonly futureLimitMs: number;
  /** The ruleset of a log whose first record is no longer there. */
  readonly openedWith: string;
};

export type DoorPorts = {
  readonly kafka: KafkaClient;
  readonly producer: Pick<Producer, 'append'>;
  readonly sealers: Readonly<Record<'received' | 'rejected' | 'intake' | 'artefacts', Sealer>>;
  readonly opener: Opener;
  readonly indexKey: KeyObject;
  readonly indexKeyVersion: number;
  readonly routingKey: KeyObject;
  /** While the door opens, and while it sends. */
  readonly retry: { readonly opening: RetryWithin; readonly sending: RetryWithin };
  readonly metrics: DoorMetrics;
  readonly health: DoorHealth;
  readonly tlsRenewal: TlsRenewal;
  readonly log: Logger;
  readonly newId: () => string;
  /** The wall clock. */
  readonly nowMs: () => number;
  readonly monotonicMs: () => number;
  /** Aborted to close the door. */
  readonly signal: AbortSignal;
};

/**
 * Opens the door and serves until the signal aborts: then it takes no more
 * connections, answers what it has, and resolves. Rejects where a person has to
 * act, such as on a key that was disabled, and for a log that is not open.
 */
export async function serveDoor(settings: DoorSettings, ports: DoorPorts): Promise<void> {
  const { kafka, opener, signal, log } = ports;
  const { environment } = settings;
  const book = openTokenBook(settings.tokensFile, 'DOOR_TOKENS_FILE', ports.monotonicMs);
  const opened = await retryWithin(ports.retry.opening, signal, () =>
    requireNamedLog(kafka, opener, environment),
  );
  const { logId } = opened;
  const ended = Promise.withResolvers<never>();
  ended.promise.catch(() => undefined);
  const open = createRunOpener({ opener, environment, logId });
  const { tail, consumer } = await retryWithin(ports.retry.opening, signal, () =>
    followJournal({ kafka, environment, logId, open, onCrash: ended.reject }),
  );
  const { dispatcher, sending, gaveUp } = openSending(settings, ports);
  const pseudonymizeOnce = createPseudonymizer({
    indexKey: ports.indexKey,
    version: ports.indexKeyVersion,
    maxRemembered: 0,
  });
  const placeIds = createPlaceIds(pseudonymizeOnce, logId);
  const recorder = createAuditRecorder({
    kafka,
    sealer: ports.sealers.intake,
    environment,
    source: '/weir/ingest',
    nowMs: ports.nowMs,
    newId: ports.newId,
  });
  const refusals = createRefusals({
    record: recorder.record,
    onLost: (error, count) => log.error('refusals at the door could not be recorded', { error, count }),
  });
  const rate = createRateLimit(settings.recordsPerSecond, ports.monotonicMs);
  const app = buildApp({
    ...settings,
    // Sealing and appending each wait for the bound, and for one attempt that began within it.
    silenceMs: doorLimits.silenceMs + 4 * ports.retry.sending.limitMs,
    admit: createAdmit({
      book,
      rate,
      refusalCount: createRefusalCount(ports.monotonicMs),
      refusals,
      nowMs: ports.nowMs,
    }),
    submit: createSubmit(
      submitOptions(settings, ports, { dispatcher, placeIds, refusals, pseudonymizeOnce, ...opened }),
    ),
    idempotency: createIdempotency(ports.monotonicMs),
    sending,
    budget: createByteBudget(settings.maxOpenBytes),
    rate,
    readVerdict: createReadVerdict({
      placeIds,
      tail,
      search: (place) =>
        searchJournal({ kafka, logId, open, deadlineMs: doorLimits.searchDeadlineMs }, place),
      maxSearches: doorLimits.maxSearches,
      maxSearchesOfTenant: doorLimits.maxSearchesOfTenant,
    }),
    rulesets: createRulesetActs({
      ports: rulesetPorts(settings, ports),
      recorder,
      logId,
      openedWith: settings.openedWith,
    }),
    metrics: ports.metrics,
    onFault: (error) => log.error('a request met a fault of ours', { error }),
  });
  try {
    const { host, tls } = settings;
    const port = await listenOn(app, settings, 'DOOR_HOST and DOOR_PORT');
    log.info('the door is open', { host, port, state: tls === undefined ? 'plain' : 'tls' });
    ports.tlsRenewal.opened(app.server);
    ports.health.opened(() => {
      const code = sending.stuckOn();
      return [
        ...(code === undefined ? [] : [{ part: 'sending', reason: code }]),
        ...(book.isReadable() ? [] : [{ part: 'tokens', reason: 'unreadable' }]),
      ];
    });
    await Promise.race([aborted(signal), ended.promise, gaveUp]);
  } finally {
    await closeServer(app, serverLimits.closingMs);
    // It has committed nothing that a goodbye would have to tell, and brokers that are away would hold up the end.
    void consumer.stop();
    await refusals.close();
    await recorder.close();
  }
  await dispatcher.idle();
}

const rulesetPorts = (settings: DoorSettings, ports: DoorPorts): RulesetPorts => ({
  kafka: ports.kafka,
  producer: ports.producer,
  sealer: ports.sealers.artefacts,
  logSealer: ports.sealers.received,
  opener: ports.opener,
  environment: settings.environment,
  nowMs: ports.nowMs,
  // A caller doesn't wait for as long as a feed sits an outage out.
  retry: ports.retry.sending,
  signal: ports.signal,
  lists: {
    kafka: ports.kafka,
    opener: ports.opener,
    environment: settings.environment,
    signal: ports.signal,
  },
});

function openSending(settings: DoorSettings, ports: DoorPorts) {
  const sending: Sending = createSending(ports.monotonicMs);
  const stopping = new AbortController();
  const gaveUp = Promise.withResolvers<never>();
  gaveUp.promise.catch(() => undefined);
  const onRetry = (error: WeirError): void => {
    sending.failed(error.code);
    ports.retry.sending.onRetry(error);
  };
  const dispatcher = createDispatcher<DoorTicket>({
    seal: (stream, batch) =>
      sealEvents(
        {
          sealer: sealerAmong(ports.sealers, stream),
          stream,
          environment: settings.environment,
          source: 'urn:weir:source:door',
        },
        batch.map(({ event }) => event),
      ),
    append: ports.producer.append,
    retry: { ...ports.retry.sending, onRetry },
    outageEnds: 'what waits for the partition',
    stopping,
    onSettled: (ticket, settlement, offset) => {
      ports.metrics.settled(settlement);
      ports.metrics.openBytes(dispatcher.openBytes());
      ticket(settlement, offset);
    },
  });
  stopping.signal.addEventListener('abort', () => void dispatcher.idle().catch(gaveUp.reject), {
    once: true,
  });
  return { dispatcher, sending, gaveUp: gaveUp.promise };
}

function submitOptions(
  settings: DoorSettings,
  ports: DoorPorts,
  parts: {
    readonly dispatcher: Dispatcher<DoorTicket>;
    readonly placeIds: PlaceIds;
    readonly refusals: Refusals;
    readonly pseudonymizeOnce: Pseudonymize;
    readonly partitionCount: number;
  },
): SubmitOptions {
  const { pseudonymizeOnce, partitionCount } = parts;
  const pseudonymize = createPseudonymizer({ indexKey: ports.indexKey, version: ports.indexKeyVersion });
  const partitionOf = createPartitioner({ routingKey: ports.routingKey, partitionCount });
  const writerOf = ({ tenant, source }: AccessToken) => ({
    accept: createAcceptor({ tenant, source, pseudonymize, pseudonymizeOnce, partitionOf }),
    refuse: createRefuser({
      ...{ tenant, source, partitionCount, kind: 'transaction' },
      pseudonymize: pseudonymizeOnce,
    }),
  });
  return {
    writerOf,
    dispatcher: parts.dispatcher,
    identities: createRecentIdentities(ports.monotonicMs),
    placeIds: parts.placeIds,
    refusals: parts.refusals,
    onOffered: ports.metrics.offered,
    futureLimitMs: settings.futureLimitMs,
    nowMs: ports.nowMs,
  };
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
