/**
 * Runs `work` on every item, at most `maxParallel` at a time. After a failure no
 * further item is started; what runs is awaited, and then the first failure is
 * thrown. So nothing is left running, or rejecting unseen, behind the caller's back.
 */
export async function forEachBounded<T>(
  items: readonly T[],
  maxParallel: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  const failures: unknown[] = [];
  const lane = async (): Promise<void> => {
    for (const item of queue) {
      await work(item).catch((error: unknown) => failures.push(error));
      if (failures.length > 0) return;
    }
  };
  await Promise.all(Array.from({ length: Math.min(maxParallel, items.length) }, lane));
  if (failures.length > 0) throw failures[0];
}
