import { encodePayload, events, formatInstant, outcomeId, outcomePartition, streams } from '@weir/contracts';
import { createPseudonymizer } from '@weir/envelope';
import { feedSource, type FeedEnding } from '../feed-source.ts';
import { createLineTracker } from '../ledger/line-tracker.ts';
import { inputBeginning } from '../ledger/line-tracker.ts';
import { requireOpenedLog } from '../log/read-opening.ts';
import { createRefuser } from '../refuse-record.ts';
import { composeDispatcher, type FeedPorts, type FeedRun } from '../run-feed.ts';
import { progressOf, summaryOf } from '../run-report.ts';
import type { Outgoing } from '../send/outgoing.ts';
import { retryWithin } from '../send/retry-within.ts';
import { createOutcomeFormat, type OutcomeFormat } from './outcome-format.ts';
import { createOutcomeCheck, type AcceptableOutcome } from './read-outcome.ts';

export type ImportSettings = {
  /** A path, or "-". */
  readonly input: string;
  readonly format: OutcomeFormat;
  /** Of reports that name none. */
  readonly tenant: string;
  readonly reportedBy: string;
  /** What the import is called where a line of it is refused. */
  readonly source: string;
  readonly environment: string;
  readonly futureLimitMs: number;
};

export type ImportPorts = Omit<FeedPorts, 'routingKey' | 'ledgers' | 'every'>;

/**
 * Starts importing outcomes from one source, in its order. It keeps no ledger: a
 * report that is sent again has the same id and the same meaning, so an interrupted
 * import is just said again. What is refused goes to the rejected topic.
 *
 * Throws SourceError where there is nothing to import, and WeirError for a log that
 * is not open.
 */
export async function startImport(settings: ImportSettings, ports: ImportPorts): Promise<FeedRun> {
  const { signal } = ports.stopping;
  const { kafka, opener } = ports;
  const { environment, tenant } = settings;
  const source = await ports.openSource(settings.input, ports.stdin, signal);
  const { partitionCount, outcomePartitions } = await retryWithin(ports.retry, signal, async () => ({
    ...(await requireOpenedLog(kafka, opener, environment)),
    outcomePartitions: await kafka.topicPartitions(streams.outcomes.topic),
  }));
  const pseudonymize = createPseudonymizer({
    indexKey: ports.indexKey,
    version: ports.indexKeyVersion,
    maxRemembered: 0,
  });
  const tracker = createLineTracker(inputBeginning);
  let ending: FeedEnding = 'interrupted';
  const feed = async (): Promise<void> => {
    ending = await feedSource({
      chunks: source.chunks,
      format: createOutcomeFormat(settings.format, createOutcomeCheck(settings, pseudonymize)),
      from: inputBeginning,
      untilEventTimeMs: null,
      accept: (value) => outgoingOf(value, outcomePartitions),
      refuse: createRefuser({
        ...{ tenant, source: settings.source, partitionCount, pseudonymize },
        kind: 'outcome',
      }),
      tracker,
      dispatcher: composeDispatcher(settings, ports, tracker),
      signal,
      nowMs: ports.nowMs,
    });
  };
  return {
    resumed: false,
    progress: () => progressOf(tracker, source),
    openRecords: tracker.openRecords,
    ended: feed(),
    summary: () => summaryOf(tracker, source, ending),
  };
}

/** Key, id and partition follow from the report. */
function outgoingOf(
  { tenant, eventTimeMs, ...report }: AcceptableOutcome,
  partitions: number,
): Omit<Outgoing, 'ticket'> {
  const { transaction, outcome, reportedBy } = report;
  const reportedAt = formatInstant(eventTimeMs);
  const { type, dataSchema } = events.outcome;
  return {
    stream: 'outcomes',
    partition: outcomePartition(transaction, partitions),
    event: {
      key: transaction,
      id: outcomeId({ transaction, outcome, reportedAt }),
      type,
      dataSchema,
      time: reportedAt,
      tenant,
      plaintext: encodePayload(events.outcome, { ...report, reportedAt, reportedBy, source: 'import' }),
    },
  };
}
