import { decodePayload, events } from '@weir/contracts';
import { openEvents } from '@weir/envelope';
import type { LogState } from '@weir/verdicts';
import type { DetectionParts } from './detection-parts.ts';

/** P, and what is in force there. */
export type Published = { readonly next: number; readonly log: LogState };

/** The end of a partition's journal; undefined where there is none (yet, or any more). One bounded read. */
export async function readJournalEnd(
  parts: Pick<DetectionParts, 'opening' | 'lastJournalRecord'>,
  partition: number,
  partitionCount: number,
): Promise<Published | 'unreadable' | undefined> {
  const last = await parts.lastJournalRecord(partition);
  if (last === undefined) return undefined;
  const [opened] = await openEvents({ ...parts.opening, stream: 'decisions' }, [last]);
  const payload = opened?.ok === true ? decodePayload(events.journal, opened.plaintext) : undefined;
  // A record isn't bound to its partition: one copied here from another would say another position.
  if (payload?.ok !== true || payload.value.partition !== partition) return 'unreadable';
  const { logId, to, versions, model, lists, candidate, sequence = 0 } = payload.value;
  const log = {
    ...{ logId, partitionCount, versions, sequence },
    ...(model === undefined ? {} : { model }),
    ...(lists === undefined ? {} : { lists }),
    ...(candidate === undefined ? {} : { candidate }),
  };
  return { next: to, log };
}
