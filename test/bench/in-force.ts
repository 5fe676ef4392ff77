import { events, formatInstant, streams, systemTenant, encodePayload } from '@weir/contracts';
import type { ControlRecord, Versions } from '@weir/contracts';
import type { Sealer, UnsealedEvent } from '@weir/envelope';
import type { KafkaClient } from '@weir/kafka';
import { modelsPartition, sealModel } from '@weir/models';
import type { LogState } from '@weir/verdicts';
import { makeBenchModel } from './bench-model.ts';
import { beginMs } from './population.ts';
import type { Population } from './population.ts';
import { populationOf } from './settings.ts';
import type { BenchSettings } from './settings.ts';

/** What a log decides by from its beginning. */
export type InForce = Pick<LogState, 'versions' | 'model' | 'sequence'>;

/** Publishes the model that the settings ask for, if any, and answers what is in force with it. */
export async function publishInForce(
  settings: BenchSettings,
  {
    kafka,
    sealer,
    environment,
    population = populationOf(settings, 'history50'),
  }: {
    readonly kafka: KafkaClient;
    /** Of the stream `models`. */
    readonly sealer: Sealer;
    readonly environment: string;
    /** Whose accounts and counterparties it knows. */
    readonly population?: Population;
  },
): Promise<InForce> {
  const versions: Versions = { ruleset: settings.ruleset, windowPlan: 'standard@1' };
  if (settings.modelEntries === 0) return { versions, sequence: 0 };
  const snapshot = makeBenchModel(population, settings.modelEntries);
  const { digest, records } = await sealModel({ sealer, environment, source: '/weir/bench' }, snapshot);
  const producer = await kafka.createProducer();
  try {
    const { topic } = streams.models;
    const end = (await kafka.offsets(topic)).find(({ partition }) => partition === modelsPartition)?.end ?? 0;
    // One batch wouldn't hold them all.
    for (const record of records) await producer.append(topic, modelsPartition, [record]);
    const model = { digest, location: { offset: end, parts: records.length } };
    return { versions: { ...versions, model: snapshot.ref }, model, sequence: 1 };
  } finally {
    await producer.close();
  }
}

/** The control records that say so at the log's beginning. */
export function controlEvents(logId: string, partitionCount: number, inForce: InForce): UnsealedEvent[] {
  const { versions, model, sequence } = inForce;
  const { model: ref, ...first } = versions;
  const opened = controlEvent(`control-${logId}-opened`, {
    ...{ kind: 'log_opened', logId, partitionCount },
    versions: first,
  });
  if (ref === undefined || model === undefined) return [opened];
  const activated = controlEvent(`control-${logId}-${sequence}`, {
    ...{ kind: 'artefact_activated', logId, sequence, artefactKind: 'model', artefact: ref },
    ...model,
  });
  return [opened, activated];
}

export function controlEvent(id: string, control: ControlRecord): UnsealedEvent {
  const { type, dataSchema } = events.control;
  return {
    ...{ id, key: 'control', tenant: systemTenant, time: formatInstant(beginMs), type, dataSchema },
    plaintext: encodePayload(events.control, control),
  };
}
