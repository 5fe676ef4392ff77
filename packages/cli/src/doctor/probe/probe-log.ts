import { decodePayload, events, streams } from '@weir/contracts';
import type { StreamName } from '@weir/contracts';
import { connectKafka, connectKms } from '@weir/connections';
import type { KmsConnection } from '@weir/connections';
import { openEvents } from '@weir/envelope';
import type { OpenedEvent } from '@weir/envelope';
import type { KafkaClient, KafkaRecord, PartitionPositions } from '@weir/kafka';
import { createLogger, createMetrics, kmsKeysOf } from '@weir/runtime';
import { defaultWindowPlan, readWindowPlan } from '@weir/windows';
import type { WindowPlan } from '@weir/windows';
import { limits } from '../limits.ts';
import type { TrailFacts } from '../judge/judge-audit.ts';
import type { GroupFacts } from '../judge/judge-groups.ts';
import type { LogName } from '../judge/judge-log.ts';
import type { RoleConfig } from '../patient.ts';

/** Reads the streams that a role may open. */
export type LogReader = {
  readonly kafka: KafkaClient;
  readonly opener: KmsConnection['opener'];
  readonly config: RoleConfig;
  readonly close: () => Promise<void>;
};

export function openLogReader(config: RoleConfig): LogReader {
  const kms = connectKms(config, createMetrics({ service: 'weir' }));
  const log = createLogger({ service: 'weir', level: 'fatal' });
  const kafka = connectKafka(config, `weir-${config.WEIR_ENVIRONMENT}-doctor`, log);
  return {
    kafka,
    opener: kms.opener,
    config,
    close: async () => {
      kms.close();
      await kafka.close();
    },
  };
}

/** Whether the role has been told of a key for the stream. */
export const knowsStream = ({ config }: LogReader, stream: StreamName): boolean =>
  kmsKeysOf(config)[stream] !== undefined;

type Read = { readonly record: KafkaRecord; readonly opened: OpenedEvent };

async function readOpened(
  { kafka, opener, config }: LogReader,
  stream: StreamName,
  range: { readonly from: 'earliest' | PartitionPositions; readonly until?: PartitionPositions },
): Promise<readonly Read[]> {
  const found: Read[] = [];
  await kafka.readRange({
    topic: streams[stream].topic,
    ...range,
    readCommitted: true,
    deadlineMs: limits.probeMs,
    onRecord: async (record) => {
      const [opened] = await openEvents({ opener, stream, environment: config.WEIR_ENVIRONMENT }, [record]);
      if (opened !== undefined) found.push({ record, opened });
    },
  });
  return found;
}

/** What the first record of the log's first partition says. */
export async function probeLogName(reader: LogReader): Promise<LogName> {
  const offsets = await reader.kafka.offsets(streams.received.topic);
  const first = offsets.find(({ partition }) => partition === 0);
  if (first === undefined) return { kind: 'noTopic' };
  if (first.earliest > 0) return { kind: 'deleted' };
  if (first.end === 0) return { kind: 'empty' };
  const [beginning] = await readOpened(reader, 'received', {
    from: new Map([[0, 0]]),
    until: new Map([[0, 1]]),
  });
  if (beginning === undefined) return { kind: 'deleted' };
  const { opened } = beginning;
  if (!opened.ok) return { kind: 'unreadable', reason: opened.rejection.code };
  const control = decodePayload(events.control, opened.plaintext);
  if (!control.ok || control.value.kind !== 'log_opened') return { kind: 'unnamed' };
  const { logId, partitionCount } = control.value;
  return { kind: 'named', logId, partitionCount };
}

/** The plan that every log begins with, and those that have been published. What can't be read as one is passed over. */
export async function probePlans(reader: LogReader): Promise<readonly WindowPlan[]> {
  const found = await readOpened(reader, 'artefacts', { from: 'earliest' });
  const published = found.flatMap(({ opened: event }) => {
    if (!event.ok || event.attributes.type !== events.artefact.type) return [];
    const artefact = decodePayload(events.artefact, event.plaintext);
    if (!artefact.ok || artefact.value.kind !== 'window_plan') return [];
    const plan = readWindowPlan(artefact.value.body);
    return plan.ok ? [plan.plan] : [];
  });
  return [defaultWindowPlan, ...published];
}

/** Where a group stands in a topic. Positions first: the end may only grow meanwhile. */
export async function probeGroup(
  { kafka }: Pick<LogReader, 'kafka'>,
  groupId: string,
  topic: string,
): Promise<GroupFacts> {
  const positions = await kafka.groupPositions(groupId, topic);
  const offsets = await kafka.offsets(topic);
  return { groupId, topic, positions, offsets };
}

/** Twice what comes between two checkpoints, and the markers of as many transactions. */
const tailRecords = 1_024;

/** What the end of the audit trail looks like: its newest checkpoint, and which entries none covers. */
export async function probeTrail(reader: LogReader, nowMs: () => number): Promise<TrailFacts> {
  const [offsets] = await reader.kafka.offsets(streams.audit.topic);
  if (offsets === undefined || offsets.end === offsets.earliest)
    return { entries: 0, checkpoint: undefined, uncoveredSinceMs: undefined, nowMs: nowMs() };
  const from = Math.max(offsets.earliest, offsets.end - tailRecords);
  const tail = await readOpened(reader, 'audit', { from: new Map([[0, from]]) });
  let checkpoint: TrailFacts['checkpoint'];
  const entries: { readonly sequence: number; readonly recordedAtMs: number }[] = [];
  for (const { record, opened } of tail) {
    if (!opened.ok) throw new Error(`a record of the trail can't be opened (${opened.rejection.code})`);
    const signed = decodePayload(events.auditCheckpoint, opened.plaintext);
    const entry = decodePayload(events.auditEntry, opened.plaintext);
    if (signed.ok) checkpoint = { treeSize: signed.value.treeSize, atMs: Date.parse(signed.value.at) };
    if (!signed.ok && !entry.ok) throw new Error('a record of the trail is neither entry nor checkpoint');
    if (entry.ok) entries.push({ sequence: entry.value.sequence, recordedAtMs: record.timestampMs });
  }
  const covered = checkpoint?.treeSize ?? 0;
  const uncovered = entries.find(({ sequence }) => sequence >= covered);
  return { entries: tail.length, checkpoint, uncoveredSinceMs: uncovered?.recordedAtMs, nowMs: nowMs() };
}
