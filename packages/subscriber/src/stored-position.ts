import { z } from 'zod';

/**
 * Where a partition stands: plain JSON, to be stored by the handler together with
 * its effect and given back by `positions.load` as it was.
 */
export type StoredPosition = {
  /** The offset, in the cleared topic, of the last record handled. It only grows: compare it to store safely. */
  readonly offset: number;
  /**
   * SHA-256 of that record's sealed bytes. It names the log: no two records share
   * it, so a topic that was made anew or copied can't be taken for the one that
   * was read. Left out, by a person who sets a position by hand, nothing is held
   * against it.
   */
  readonly fingerprint?: string;
  /** The greatest sourceOffset handled, by event type (of releases the releaseOffset): one that isn't greater is a repeat. */
  readonly sourceOffsets: Readonly<Record<string, number>>;
};

const storedPosition = z.object({
  offset: z.int().min(-1),
  fingerprint: z.string().length(43).optional(),
  sourceOffsets: z.record(z.string().max(100), z.int().min(0)),
});

/** Reads what a store gave back; undefined where it is no position. */
export function parseStoredPosition(value: unknown): StoredPosition | undefined {
  const parsed = storedPosition.safeParse(value);
  if (!parsed.success) return undefined;
  const { fingerprint, ...rest } = parsed.data;
  return fingerprint === undefined ? rest : { ...rest, fingerprint };
}
