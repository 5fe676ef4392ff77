import { loadScript } from './load-script.ts';
import type { RedisClient } from './open-redis.ts';
import { packAccounts } from './pack-call.ts';
import type { WindowKeys } from './redis-keys.ts';
import { runScript } from './run-script.ts';
import { damaged, readSegment, readStoredAccount } from './stored-account.ts';
import type { StoredAccount } from './stored-account.ts';

const readingsPerAccount = 3;

/** An account whose segments did not all fit into the page that holds its value. */
type Partly = {
  readonly stored: StoredAccount;
  readonly pieces: Buffer[];
  nextSegment: number;
};

type Loaded = Map<string, readonly Uint8Array[]>;

/**
 * Reads accounts page by page, and tells `onNext` the stored position's next with
 * each page. Every account is as it was at one moment: its segments never change,
 * save that the last one grows at its end and the oldest may be dropped. Where
 * that happens between two pages the account is read again.
 *
 * Throws WeirError `windows_damaged` where something is missing or of another
 * format.
 */
export async function loadAccounts(
  client: RedisClient,
  keys: WindowKeys,
  accounts: readonly string[],
  onNext: (next: number | undefined) => void,
): Promise<Loaded> {
  const loaded: Loaded = new Map();
  let unread = accounts;
  let partly: Partly | undefined;
  let readings = 1;
  // Ends because each page brings at least one value or segment, and no account is begun more than three times.
  while (unread.length > 0) {
    const items = await readPage(client, keys, unread, partly);
    onNext(items[0]?.length === 0 ? undefined : Number(items[0]));
    const page = takePage(unread, items, partly, loaded);
    if (page === 'dropped') {
      if (readings === readingsPerAccount) throw damaged('a segment is missing');
      readings += 1;
      partly = undefined;
      continue;
    }
    if (page.whole > 0) {
      readings = 1;
      unread = unread.slice(page.whole);
    }
    partly = page.partly;
  }
  return loaded;
}

async function readPage(
  client: RedisClient,
  keys: WindowKeys,
  unread: readonly string[],
  partly: Partly | undefined,
): Promise<readonly (Buffer | null)[]> {
  const reply = await runScript(client, loadScript, keys, [
    packAccounts(unread),
    partly === undefined ? '' : String(partly.nextSegment),
    partly === undefined ? '' : String(partly.stored.endSegment),
  ]);
  if (!Array.isArray(reply)) throw damaged('an account or a bucket is missing');
  return reply as (Buffer | null)[];
}

/**
 * Takes a page's items apart. Answers how many accounts are read to their end and
 * which one is not; 'dropped' where segments of the latter are no longer there.
 */
function takePage(
  unread: readonly string[],
  items: readonly (Buffer | null)[],
  partly: Partly | undefined,
  loaded: Loaded,
): { readonly whole: number; readonly partly: Partly | undefined } | 'dropped' {
  let current = partly;
  let at = 1;
  let whole = 0;
  for (const account of unread) {
    if (current === undefined) {
      const value = items[at];
      if (value === undefined) break;
      at += 1;
      if (value !== null) current = beginAccount(value);
    }
    if (current !== undefined) {
      const taken = takeSegments(current, items, at);
      if (taken === 'missing') {
        if (current === partly) return 'dropped';
        throw damaged('a segment is missing');
      }
      at += taken;
      if (current.nextSegment < current.stored.endSegment) break;
      current.pieces.push(current.stored.open);
      loaded.set(account, current.pieces);
      current = undefined;
    }
    whole += 1;
  }
  return { whole, partly: current };
}

function beginAccount(value: Buffer): Partly {
  const stored = readStoredAccount(value);
  return { stored, pieces: [], nextSegment: stored.firstSegment };
}

/** Takes as many of the account's segments as the page holds, and answers how many. */
function takeSegments(account: Partly, items: readonly (Buffer | null)[], from: number): number | 'missing' {
  let at = from;
  for (; account.nextSegment < account.stored.endSegment; at += 1) {
    const segment = items[at];
    if (segment === undefined) break;
    if (segment === null) return 'missing';
    account.pieces.push(readSegment(account.stored, account.nextSegment, segment));
    account.nextSegment += 1;
  }
  return at - from;
}
