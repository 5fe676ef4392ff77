/** Something of one partition, with the time of the log that it stands at. */
export type Timed = { readonly atMs: number };

/** What stands in one partition, in its order, at times that never go back; undefined behind the last. */
export type Source<One extends Timed> = { readonly next: () => Promise<One | undefined> };

/**
 * Puts partitions into one order: by time, at the same time by the order of the sources. Answers the next one each
 * time, undefined behind the last. Holds one of each partition, whatever the sources read ahead.
 */
export function mergePartitions<One extends Timed>(
  sources: readonly Source<One>[],
): () => Promise<One | undefined> {
  let heads: (One | undefined)[] | undefined;
  return async () => {
    heads ??= await Promise.all(sources.map(({ next }) => next()));
    let least: { readonly one: One; readonly index: number } | undefined;
    for (const [index, one] of heads.entries())
      if (one !== undefined && (least === undefined || one.atMs < least.one.atMs)) least = { one, index };
    if (least === undefined) return undefined;
    heads[least.index] = await sources[least.index]?.next();
    return least.one;
  };
}
