import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { ledgerFolder, ledgerNameOf } from './ledger-file-name.ts';
import type { LedgerName } from './ledger-file-name.ts';

const count = z.int().min(0);

/** Of an ingest ledger file, what the command shows. Ingest writes it; other fields are its own. */
const ingestLedger = z.object({
  state: z.enum(['running', 'interrupted', 'stopped_at_limit', 'finished']),
  fingerprint: z.object({ path: z.string() }).nullable(),
  counts: z.object({ offered: count, acknowledged: count, rejected: count, failed: count, unknown: count }),
});

export type IngestLedger = LedgerName &
  Omit<z.infer<typeof ingestLedger>, 'fingerprint'> & { readonly balanced: boolean };

/** Every source's ledger, by name. A file that is no ledger is told as one that doesn't balance. */
export function readIngestLedgers(home: string): IngestLedger[] {
  return listLedgers(home).map((file) => {
    // One that is named otherwise has no source to tell; its name has to do.
    const name = ledgerNameOf(file) ?? { tenant: '', source: file, input: '' };
    const parsed = ingestLedger.safeParse(readJson(join(ledgerFolder(home), file)));
    if (!parsed.success) {
      const counts = { offered: 0, acknowledged: 0, rejected: 0, failed: 0, unknown: 0 };
      return { ...name, state: 'interrupted', counts, balanced: false };
    }
    const { fingerprint, state, counts } = parsed.data;
    const input = fingerprint === null ? name.input : basename(fingerprint.path);
    return { ...name, input, state, counts, balanced: isBalanced(parsed.data) };
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
