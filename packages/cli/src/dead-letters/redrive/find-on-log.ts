import { readRedriveHeader, redriveHeader, streams, type Redriven } from '@weir/contracts';
import type { Ops } from '../../ops/connect-ops.ts';
import { readDeadlineMs } from '../../ops/read-events.ts';
import { stretchesOf } from '../read-letters.ts';
import { markText, type OpenBatch, type RedriveHistory } from './redrive-history.ts';

const { topic } = streams.received;

/**
 * What became of the letters of a batch that was interrupted: those refused again are known from their topic, and
 * those accepted stand on the log behind the ends that the batch began at, with the letter's name in a header. Opens
 * nothing. Letters that aren't found were not sent, unless the log has lost what was behind those ends: then nobody
 * knows, and they are taken as sent.
 */
export async function findOnLog(
  { kafka }: { readonly kafka: Pick<Ops['kafka'], 'offsets' | 'readRange'> },
  { logEnds, letters }: OpenBatch,
  { refusedAgain }: Pick<RedriveHistory, 'refusedAgain'>,
  signal: AbortSignal,
): Promise<readonly Redriven[]> {
  const sought = new Map(letters.map((letter) => [markText(letter), letter]));
  const found = new Map<string, Redriven>();
  for (const [name, { id }] of sought) {
    const refused = refusedAgain.get(name);
    if (refused !== undefined) found.set(name, { ...refused, id });
  }
  const began = new Map(logEnds.map(({ partition, offset }) => [partition, offset]));
  const now = await kafka.offsets(topic);
  const isCut = now.some(({ partition, earliest }) => (began.get(partition) ?? 0) < earliest);
  const offsets = now.map(({ partition, earliest, end }) => ({
    ...{ partition, end },
    earliest: Math.max(earliest, began.get(partition) ?? earliest),
  }));
  for (const stretch of stretchesOf(offsets)) {
    await kafka.readRange({
      ...{ topic, ...stretch, readCommitted: true, deadlineMs: readDeadlineMs, signal },
      onRecord({ partition, offset, headers }) {
        const mark = readRedriveHeader(headers[redriveHeader]);
        const name = mark === undefined ? '' : markText(mark);
        const letter = sought.get(name);
        if (letter === undefined || found.has(name)) return;
        found.set(name, { ...letter, became: 'accepted', at: { partition, offset } });
      },
    });
  }
  if (isCut)
    for (const [name, letter] of sought)
      if (!found.has(name)) found.set(name, { ...letter, became: 'unknown' });
  return [...found.values()];
}
