import { createHash } from 'node:crypto';
import type { RecordPlace } from './model.ts';

/**
 * The id of the alert that begins with a transaction: a hash of tenant, account
 * pseudonym and the first transaction's identity pseudonym. No version of a
 * ruleset is in it, so recomputing a verdict never makes a second alert.
 */
export const unusualAlertId = (first: {
  readonly tenant: string;
  readonly account: string;
  readonly identity: string;
}): string => digestOf([first.tenant, first.account, first.identity]);

/**
 * The id of the alert that begins with a refused record: a hash of where it stood and
 * when. Without the environment and the time, the same place of another
 * deployment or of a topic made anew would pass for an alert already sent.
 */
export const refusedAlertId = (
  origin: RecordPlace & { readonly environment: string; readonly time: string },
): string =>
  digestOf([origin.environment, origin.topic, String(origin.partition), String(origin.offset), origin.time]);

/** The id of the case that begins with an alert, and what linked the next one to it. */
export const caseIdOf = (first: {
  readonly tenant: string;
  readonly link: string;
  readonly alertId: string;
}): string => digestOf(['case', first.tenant, first.link, first.alertId]);

/** The partition of an alert's revisions: the first 32 bits of its id, modulo the partitions. */
export const alertPartition = (alertId: string, partitions: number): number =>
  Number.parseInt(alertId.slice(0, 8), 16) % partitions;

/** SHA-256 over the fields, each after its length in bytes (4, big-endian), so that no two lists are the same bytes. */
export function digestOf(fields: readonly string[]): string {
  const digest = createHash('sha256');
  for (const field of fields) {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(Buffer.byteLength(field));
    digest.update(length).update(field);
  }
  return digest.digest('hex');
}
