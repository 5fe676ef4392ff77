import { timingSafeEqual } from 'node:crypto';
import type { Pseudonymize } from '../identify.ts';

/** Where in the log a transaction stands. */
export type Place = { readonly partition: number; readonly offset: number };

/** Ids that callers are given for their transactions, and take them apart again. */
export type PlaceIds = {
  readonly write: (tenant: string, identity: string, place: Place) => string;
  /** The identity and the place of an id of ours that was given to this tenant; undefined for any other text. */
  readonly read: (
    tenant: string,
    id: string,
  ) => { readonly identity: string; readonly place: Place } | undefined;
};

/** Not a purpose of pseudonyms, so that none of them can be passed off as a seal. */
const purpose = 'place-id';
const shape = /^(t[0-9]{1,4}_[A-Za-z0-9_-]{22})\.([0-9a-z]{1,4})\.([0-9a-z]{1,11})\.([A-Za-z0-9_-]{22})$/;

/**
 * `<pseudonym of the transaction>.<partition>.<offset>.<seal>`. The seal is an HMAC
 * under the index key over log, tenant and the rest: nobody can ask for the place
 * of another, and an id of a log that was made anew is unknown.
 */
export function createPlaceIds(pseudonymize: Pseudonymize, logId: string): PlaceIds {
  const sealOf = (tenant: string, told: string): string =>
    pseudonymize(purpose, tenant, `${logId} ${told}`).slice(-22);

  return {
    write(tenant, identity, { partition, offset }) {
      const told = `${identity}.${partition.toString(36)}.${offset.toString(36)}`;
      return `${told}.${sealOf(tenant, told)}`;
    },
    read(tenant, id) {
      const [, identity, partition, offset, seal] = shape.exec(id) ?? [];
      if (identity === undefined || partition === undefined || offset === undefined || seal === undefined)
        return undefined;
      const expected = sealOf(tenant, `${identity}.${partition}.${offset}`);
      if (!timingSafeEqual(Buffer.from(seal), Buffer.from(expected))) return undefined;
      return { identity, place: { partition: parseInt(partition, 36), offset: parseInt(offset, 36) } };
    },
  };
}
