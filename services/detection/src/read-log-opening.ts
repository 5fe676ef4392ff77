import { openEvents } from '@weir/envelope';
import type { KafkaRecord } from '@weir/kafka';
import type { DetectionParts } from './detection-parts.ts';
import { decode } from '@weir/verdicts';
import type { LogState } from '@weir/verdicts';

/** The log a record names: what the control record says that a new log begins with; undefined for any other. */
export async function readLogOpening(
  { opening }: Pick<DetectionParts, 'opening'>,
  record: KafkaRecord,
): Promise<LogState | undefined> {
  const [opened] = await openEvents({ ...opening, stream: 'received' }, [record]);
  const decoded = opened === undefined ? undefined : decode(record, opened);
  if (decoded?.kind !== 'control' || decoded.control.kind !== 'log_opened') return undefined;
  const { logId, partitionCount, versions } = decoded.control;
  return { logId, partitionCount, versions, sequence: 0 };
}

/** What a partition's offset 0 says of its log; undefined where that offset holds no such record, or none any more. */
export type LogBeginning = (partition: number) => Promise<LogState | undefined>;

/**
 * Looks at the log's beginning until one partition has named it, and from then on
 * answers what that one said: a topic is made as a whole, and to read even one
 * record takes as long as to join a group.
 */
export function createLogBeginning(parts: Pick<DetectionParts, 'opening' | 'recordAt'>): LogBeginning {
  let known: LogState | undefined;
  return async (partition) => {
    if (known !== undefined) return known;
    const first = await parts.recordAt(partition, 0);
    const opening = first === undefined ? undefined : await readLogOpening(parts, first);
    known ??= opening;
    return opening;
  };
}
