import type { AlertRows, AlertStore } from '@weir/alert-store';
import { WeirError } from '@weir/contracts';

const mostAttempts = 8;

/**
 * Changes the store by what has to be sealed first. The KMS may take long, and must not be waited for within
 * a transaction, which everybody waits for: so `read` reads, `prepare` works on what was read, and then one
 * transaction writes only where nothing that was read has changed since. If nothing in the store has, there is
 * no need to look; or else it reads again, and `versionOf` says. What has changed is prepared anew, boundedly.
 *
 * Answers what was prepared, or undefined where `prepare` had nothing to write. Throws WeirError
 * store_unavailable where others keep changing the same, and what the parts throw.
 */
export async function changeStore<Read, Prepared>(
  store: Pick<AlertStore, 'transaction'>,
  steps: {
    /** Alerts, entries, cases and positions alone. */
    readonly read: (rows: AlertRows) => Promise<Read>;
    /** Two readings with one version lead to the same change. */
    readonly versionOf: (read: Read) => string;
    readonly prepare: (read: Read) => Promise<Prepared | undefined>;
    readonly write: (rows: AlertRows, prepared: Prepared) => Promise<void>;
  },
): Promise<Prepared | undefined> {
  for (let attempt = 1; attempt <= mostAttempts; attempt += 1) {
    const { before, changeNumber } = await store.transaction(async (rows) => ({
      changeNumber: await rows.changeNumber(),
      before: await steps.read(rows),
    }));
    const isSame = async (rows: AlertRows): Promise<boolean> =>
      (await rows.changeNumber()) === changeNumber ||
      steps.versionOf(await steps.read(rows)) === steps.versionOf(before);
    const prepared = await steps.prepare(before);
    if (prepared === undefined) return undefined;
    const isWritten = await store.transaction(async (rows) => {
      if (!(await isSame(rows))) return false;
      await steps.write(rows, prepared);
      return true;
    });
    if (isWritten) return prepared;
  }
  throw new WeirError('store_unavailable', `the store changed under each of ${mostAttempts} attempts`);
}
