import { resolve } from 'node:path';
import type { Readable } from 'node:stream';
import type { KeyObject } from 'node:crypto';
import { createPartitioner, createPseudonymizer, sealEvents, type Opener } from '@weir/envelope';
import type { KafkaClient, Producer } from '@weir/kafka';
import { createAcceptor } from './accept-transaction.ts';
import { feedSource, type FeedEnding } from './feed-source.ts';
import { sha256HexOf } from './identify.ts';
import { startCheckpointer, type Every } from './ledger/checkpointer.ts';
import type { Fingerprint, LedgerFiles } from './ledger/ledger-file.ts';
import { createLineTracker, type LineTracker, type Position, type Ticket } from './ledger/line-tracker.ts';
import { changesInWords, planRun, type RunPlan } from './ledger/plan-run.ts';
import { requireOpenedLog } from './log/read-opening.ts';
import { createRefuser } from './refuse-record.ts';
import { progressOf, summaryOf, type Progress, type Summary } from './run-report.ts';
import { createDispatcher, type Dispatcher } from './send/dispatcher.ts';
import { sealerAmong, type OutgoingSealers } from './send/outgoing.ts';
import { retryWithin, type RetryWithin } from './send/retry-within.ts';
import { createCsvFormat } from './source/csv-format.ts';
import type { CsvMapping } from './source/csv-mapping.ts';
import { createNdjsonFormat } from './source/ndjson-format.ts';
import type { OpenSource, Source } from './source/open-source.ts';
import { SourceError } from './source/source-error.ts';

export type FeedSettings = {
  /** A path, or "-". */
  readonly input: string;
  /** Null for NDJSON. */
  readonly mapping: CsvMapping | null;
  readonly tenant: string;
  readonly source: string;
  readonly environment: string;
  readonly ledgerFile: string;
  readonly force: boolean;
  readonly untilEventTimeMs: number | null;
  readonly futureLimitMs: number;
};

export type FeedPorts = {
  readonly kafka: Pick<KafkaClient, 'offsets' | 'readRange' | 'topicPartitions'>;
  readonly producer: Pick<Producer, 'append'>;
  readonly sealers: OutgoingSealers;
  readonly opener: Opener;
  readonly indexKey: KeyObject;
  readonly indexKeyVersion: number;
  readonly routingKey: KeyObject;
  readonly stdin: Readable;
  readonly openSource: OpenSource;
  readonly ledgers: LedgerFiles;
  readonly every: Every;
  readonly nowMs: () => number;
  readonly retry: RetryWithin;
  /** Aborted to end the run early; aborted by the run itself when it gives up. */
  readonly stopping: AbortController;
};

export type FeedRun = {
  readonly resumed: boolean;
  readonly progress: () => Progress;
  readonly openRecords: () => number;
  /**
   * Settles when the run has ended and its ledger is written. Rejects with
   * SourceError for a fault of the input, and with what made it give up.
   */
  readonly ended: Promise<void>;
  /** The last word, once `ended` has settled either way. */
  readonly summary: () => Summary;
};

/**
 * Starts feeding one source: opens it, makes sure the log is open, and goes on
 * where the ledger says an earlier run stopped. Throws SourceError where there
 * is nothing to feed, and WeirError for a log that is not open.
 */
export async function startFeed(settings: FeedSettings, ports: FeedPorts): Promise<FeedRun> {
  const { signal } = ports.stopping;
  const source = await ports.openSource(settings.input, ports.stdin, signal);
  const ledger = await ports.ledgers.read(settings.ledgerFile);
  const log = await retryWithin(ports.retry, signal, () =>
    requireOpenedLog(ports.kafka, ports.opener, settings.environment),
  );
  const fingerprint = fingerprintOf(settings, source, log.logId);
  const from = positionOf(planRun(ledger, fingerprint, settings.force));

  const tracker = createLineTracker(from);
  const dispatcher = composeDispatcher(settings, ports, tracker);
  const checkpointer = await startCheckpointer({
    path: settings.ledgerFile,
    ledgers: ports.ledgers,
    every: ports.every,
    fingerprint,
    tracker,
    stopping: ports.stopping,
  });
  let ending: FeedEnding = 'interrupted';
  const feed = async (): Promise<void> => {
    try {
      ending = await runFeed(settings, ports, {
        source,
        from,
        tracker,
        dispatcher,
        partitionCount: log.partitionCount,
      });
    } finally {
      await checkpointer.finish(ending);
    }
  };
  return {
    resumed: from.line > 0,
    progress: () => progressOf(tracker, source),
    openRecords: tracker.openRecords,
    ended: feed(),
    summary: () => summaryOf(tracker, source, ending),
  };
}

function runFeed(
  settings: FeedSettings,
  ports: FeedPorts,
  run: {
    readonly source: Source;
    readonly from: Position;
    readonly tracker: LineTracker;
    readonly dispatcher: Dispatcher<Ticket>;
    readonly partitionCount: number;
  },
): Promise<FeedEnding> {
  const { source, partitionCount, ...rest } = run;
  const { mapping, futureLimitMs, tenant } = settings;
  const indexing = { indexKey: ports.indexKey, version: ports.indexKeyVersion };
  const identity = { tenant, source: settings.source, pseudonymize: createPseudonymizer(indexing) };
  const pseudonymizeOnce = createPseudonymizer({ ...indexing, maxRemembered: 0 });
  const partitionOf = createPartitioner({ routingKey: ports.routingKey, partitionCount });
  return feedSource({
    ...rest,
    chunks: source.chunks,
    format: mapping === null ? createNdjsonFormat(futureLimitMs) : createCsvFormat(mapping, futureLimitMs),
    untilEventTimeMs: settings.untilEventTimeMs,
    accept: createAcceptor({ ...identity, pseudonymizeOnce, partitionOf }),
    refuse: createRefuser({
      ...identity,
      ...{ pseudonymize: pseudonymizeOnce, partitionCount, kind: 'transaction' },
    }),
    nowMs: ports.nowMs,
    signal: ports.stopping.signal,
  });
}

/** Sends what a source holds; an outage that lasts ends the run. */
export function composeDispatcher(
  settings: Pick<FeedSettings, 'environment' | 'source'>,
  ports: Pick<FeedPorts, 'sealers' | 'producer' | 'retry' | 'stopping'>,
  tracker: LineTracker,
): Dispatcher<Ticket> {
  const { environment } = settings;
  const source = `urn:weir:source:${settings.source}`;
  return createDispatcher({
    seal: (stream, batch) =>
      sealEvents(
        { sealer: sealerAmong(ports.sealers, stream), stream, environment, source },
        batch.map(({ event }) => event),
      ),
    append: ports.producer.append,
    retry: ports.retry,
    outageEnds: 'everything',
    stopping: ports.stopping,
    onSettled: tracker.settle,
  });
}

function fingerprintOf(settings: FeedSettings, source: Source, logId: string | null): Fingerprint | null {
  if (source.head === null || source.bytesTotal === null) return null;
  const { mapping, tenant } = settings;
  return {
    path: resolve(settings.input),
    sizeBytes: source.bytesTotal,
    headSha256: sha256HexOf(source.head),
    meaningSha256: sha256HexOf(JSON.stringify([mapping, tenant, settings.source])),
    logId,
  };
}

function positionOf(plan: RunPlan): Position {
  switch (plan.kind) {
    case 'begin':
    case 'resume':
      return plan.from;
    case 'already_fed':
      throw new SourceError(
        73,
        'LEDGER_FILE says that this input has been fed to its end; FORCE=true feeds it again, and what was fed before is found by its identity, or held as late where it is older than the windows',
      );
    case 'other_input':
      throw new SourceError(
        73,
        `LEDGER_FILE is from an earlier feed, and since then this has changed: ${changesInWords(plan.differs)}. FORCE=true feeds the input again from its beginning; or feed it under another SOURCE and ledger. A transaction that the log has with other content is refused as a conflicting duplicate`,
      );
  }
}
