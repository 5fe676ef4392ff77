import { openEvents } from '@weir/envelope';
import type { OpenedEvent } from '@weir/envelope';
import type { KafkaRecord } from '@weir/kafka';
import { readRelease } from './read-release.ts';
import type { ReadRelease } from './read-release.ts';
import type { ReleaseParts } from './release-parts.ts';

/** Opens and reads records of the releases topic, in their order. Throws what the key provider throws. */
export async function openReleases(
  { opening }: Pick<ReleaseParts, 'opening'>,
  records: readonly KafkaRecord[],
): Promise<readonly ReadRelease[]> {
  const opened = await openEvents({ ...opening, stream: 'releases' }, records);
  return records.map((record, index) => readRelease(record, opened[index] as OpenedEvent));
}
