import { join } from 'node:path';
import { ensurePrivateFolder } from '@weir/local';

/** Which feed a ledger is of. */
export type LedgerName = {
  readonly tenant: string;
  readonly source: string;
  /** Tells the inputs of one source apart: `stdin`, `day-0`, or a digest of a file's path, for which people get its name. */
  readonly input: string;
};

export const ledgerFolder = (home: string): string => join(home, 'ledgers');

/** Where the ledger of a feed is kept; the folder is made. No part of a name holds a dot, so it can be read back. */
export const ledgerFileOf = (home: string, { tenant, source, input }: LedgerName): string =>
  join(ensurePrivateFolder(ledgerFolder(home)), `${tenant}.${source}.${input}.json`);

/** The name of a feed from that of its ledger's file; undefined for a file that is named otherwise. */
export function ledgerNameOf(file: string): LedgerName | undefined {
  const [tenant, source, input, ending, ...more] = file.split('.');
  if (tenant === undefined || source === undefined || input === undefined) return undefined;
  return ending === 'json' && more.length === 0 ? { tenant, source, input } : undefined;
}
