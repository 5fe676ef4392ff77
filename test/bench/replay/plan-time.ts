import { encodePayload, events, formatInstant, streams, systemTenant } from '@weir/contracts';
import { sealEvents } from '@weir/envelope';
import type { OutgoingRecord } from '@weir/kafka';
import type { ReplayRequest } from '@weir/replays';
import type { LogState } from '@weir/verdicts';
import { connectRole } from '../../../services/detection/src/fixtures/connect-role.ts';
import type { BenchContext } from '../bench-context.ts';
import { recordsPerAppend, totalOf } from '../bench-log.ts';
import type { Positions } from '../bench-log.ts';
import { createTransactionMaker } from '../make-transactions.ts';
import { beginMs } from '../population.ts';
import { loadAverage, median, round } from '../process-usage.ts';
import { replayedPopulation } from './decided-log.ts';
import type { ReplayService } from './replay-service.ts';

const kinds = ['offsets', 'logTime', 'eventTime'] as const;
type RangeKind = (typeof kinds)[number];

export type PlanTimeFigures = {
  /** Of the log. */
  readonly records: number;
  readonly filledInSeconds: number;
  /** By what was asked for; `records` are the offsets of that plan. */
  readonly plans: readonly {
    readonly by: RangeKind;
    readonly records: number;
    readonly seconds: readonly number[];
  }[];
  /** Of the kind that takes longest, its median. */
  readonly secondsAtMost: number;
  readonly slowest: RangeKind;
  readonly loadAverage: number;
};

/**
 * Makes the log as long as a few weeks of it, and plans replays of it by the API: by offsets, by half of the time that
 * the log took, and by when things happened. The records that make it long are samples repeated, which no planner sees
 * the difference of; the journal says at its end that they were decided.
 */
export async function measurePlanTime(
  context: BenchContext,
  service: ReplayService,
  inForce: LogState,
): Promise<PlanTimeFigures> {
  const { settings, stack, say } = context;
  const { plannedRecords, repeats } = settings.replays;
  say(`(i) Filling the log up to ${plannedRecords} records`);
  const [fromMs, beganAtMs] = [Date.now(), performance.now()];
  await fillUp(context, plannedRecords);
  const filledInSeconds = round((performance.now() - beganAtMs) / 1_000, 1);
  const toMs = Date.now();
  const ends = await stack.log.ends();
  await endJournal(context, inForce, ends);

  const load = loadAverage();
  const quarterMs = (toMs - fromMs) / 4;
  const ranges: Readonly<Record<RangeKind, ReplayRequest['range']>> = {
    offsets: { by: 'offsets', stretches: [...ends].map(([partition, to]) => ({ partition, from: 0, to })) },
    logTime: {
      by: 'logTime',
      from: formatInstant(Math.floor(fromMs + quarterMs)),
      to: formatInstant(Math.ceil(toMs - quarterMs)),
    },
    eventTime: { by: 'eventTime', from: formatInstant(beginMs), to: formatInstant(toMs) },
  };
  const found = kinds.map((by) => ({ by, records: 0, seconds: [] as number[] }));
  for (let turn = 0; turn < repeats; turn += 1)
    for (const one of found) {
      const askedAtMs = performance.now();
      const { estimate } = await service.plan({ range: ranges[one.by] });
      one.seconds.push(round((performance.now() - askedAtMs) / 1_000, 3));
      one.records = estimate.records;
    }
  const [slowest] = found.toSorted((one, other) => median(other.seconds) - median(one.seconds));
  if (slowest === undefined) throw new Error('nothing was planned');
  const secondsAtMost = round(median(slowest.seconds), 3);
  say(`(i) planned over ${totalOf(ends)} records, by ${slowest.by}, in ${secondsAtMost} s at most`);
  return {
    ...{ records: totalOf(ends), filledInSeconds, plans: found, secondsAtMost },
    ...{ slowest: slowest.by, loadAverage: load },
  };
}

/** One in so many has its headers. */
const wholeEvery = 10;

/**
 * The same sealed transactions again and again, in appends as large as ingest makes them. Most are key and value
 * alone: writing the headers of ten million records would take longer than everything else that is measured here.
 */
async function fillUp(context: BenchContext, records: number): Promise<void> {
  const { log, ingest } = context.stack;
  const maker = createTransactionMaker(replayedPopulation(context));
  const made = Array.from({ length: log.partitions * recordsPerAppend }, () => maker.next());
  const sealing = {
    sealer: ingest.kms.sealerFor('received'),
    ...{ stream: 'received' as const, environment: log.environment, source: '/weir/bench' },
  };
  const producer = await log.kafka.createProducer();
  const fillPartition = async (partition: number, end: number): Promise<void> => {
    const own = made.filter((one) => one.partition === partition).map(({ event }) => event);
    const samples = (await sealEvents(sealing, own)).map((record, index): OutgoingRecord =>
      index % wholeEvery === 0 ? record : { ...record, headers: {} },
    );
    // Something at least, where the log is as long already: its time is what is planned by.
    const until = Math.max(Math.ceil(records / log.partitions), end + samples.length);
    for (let next = end; next < until; next += samples.length)
      await producer.append(streams.received.topic, partition, samples.slice(0, until - next));
  };
  try {
    await Promise.all([...(await log.ends())].map(([partition, end]) => fillPartition(partition, end)));
  } finally {
    await producer.close();
  }
}

/** Has the journal of each partition end where the log does, as detection would leave it. */
async function endJournal({ stack }: BenchContext, inForce: LogState, ends: Positions): Promise<void> {
  const { log } = stack;
  const { logId, versions, sequence, model } = inForce;
  const detection = connectRole('weir-bench-journal', stack.roleEnvironment('detection'));
  const producer = await detection.kafka.createProducer();
  const { type, dataSchema } = events.journal;
  const sealing = {
    sealer: detection.kms.sealerFor('decisions'),
    ...{ stream: 'decisions' as const, environment: log.environment, source: '/weir/bench' },
  };
  try {
    for (const [partition, to] of ends) {
      const plaintext = encodePayload(events.journal, {
        ...{ logId, partition, from: to - 1, to, versions, sequence },
        ...(model === undefined ? {} : { model }),
        ...{ featureNames: [], decisions: [] },
      });
      const id = `journal-${logId}-${partition}-${to - 1}`;
      const key = `${streams.received.topic}-${partition}`;
      const event = {
        ...{ id, key, tenant: systemTenant, time: formatInstant(Date.now()), type, dataSchema },
        plaintext,
      };
      await producer.append(streams.decisions.topic, partition, await sealEvents(sealing, [event]));
    }
  } finally {
    await producer.close();
    await detection.close();
  }
}
