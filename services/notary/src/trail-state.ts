import { hash } from 'node:crypto';
import { encodePayload, events } from '@weir/contracts';
import type { AuditEntry, AuditRequest } from '@weir/contracts';
import type { Frontier } from '@weir/audit';

/** What the notary has to know of the trail to go on with it. */
export type TrailState = {
  /** Of all entries on the trail. */
  readonly frontier: Frontier;
  /** So many entries are under a checkpoint. */
  readonly covered: number;
  /** When the first entry that is under none was written; undefined where all are. */
  readonly uncoveredSinceMs: number | undefined;
  /** Digests of the requests of the last entries, the oldest first. */
  readonly seen: ReadonlySet<string>;
  /** Sizes behind the end of the trail for which a checkpoint was kept: a crash came between it and its entries. */
  readonly keptAhead: readonly number[];
  /** The next offset of the intake to read. */
  readonly next: number;
};

/**
 * So many requests are remembered: one that comes again within them becomes no
 * second entry. Whoever sends one again does so within seconds.
 */
export const maxSeen = 10_000;

/** By all it says and not by its id alone, so that nobody can keep another's request out with a forged one. */
export const requestDigest = (request: AuditRequest): string =>
  hash('sha256', encodePayload(events.auditRequest, request), 'base64url');

export function requestOf(entry: AuditEntry): AuditRequest {
  const { sequence: _sequence, ...request } = entry;
  return request;
}

/**
 * Remembers a request, and forgets the oldest one too many: request by request, so
 * that what comes again becomes the same entries however the intake is cut into batches.
 */
export function see(seen: Set<string>, digest: string): void {
  seen.add(digest);
  if (seen.size <= maxSeen) return;
  const [oldest] = seen;
  if (oldest !== undefined) seen.delete(oldest);
}
