import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const count = z.int().min(0);

/** Of an ingest ledger file, what the command shows. Ingest writes it; other fields are its own. */
const ingestLedger = z.object({
  state: z.enum(['running', 'interrupted', 'stopped_at_limit', 'finished']),
  counts: z.object({ offered: count, acknowledged: count, rejected: count, failed: count, unknown: count }),
});

export type IngestLedger = z.infer<typeof ingestLedger> & {
  /** The source's name: the file's, without its ending. */
  readonly name: string;
  readonly balanced: boolean;
};

export const ledgerFolder = (home: string): string => join(home, 'ledgers');

/** Every source's ledger, by name. A file that is no ledger is told as one that doesn't balance. */
export function readIngestLedgers(home: string): IngestLedger[] {
  return listLedgers(home).map((file) => {
    const name = file.replace(/\.json$/, '');
    const parsed = ingestLedger.safeParse(readJson(join(ledgerFolder(home), file)));
    if (!parsed.success) {
      const counts = { offered: 0, acknowledged: 0, rejected: 0, failed: 0, unknown: 0 };
      return { name, state: 'interrupted', counts, balanced: false };
    }
    return { name, ...parsed.data, balanced: isBalanced(parsed.data) };
  });
}

/**
 * offered = acknowledged + rejected + failed + unknown. While a run goes on, or
 * after a crash, records may be in flight: then the sum may only be smaller.
 */
function isBalanced({ state, counts }: z.infer<typeof ingestLedger>): boolean {
  const settled = counts.acknowledged + counts.rejected + counts.failed + counts.unknown;
  return state === 'running' ? settled <= counts.offered : settled === counts.offered;
}

function listLedgers(home: string): string[] {
  try {
    return readdirSync(ledgerFolder(home))
      .filter((file) => file.endsWith('.json') && !file.endsWith('.report.json'))
      .toSorted();
  } catch {
    return [];
  }
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}
