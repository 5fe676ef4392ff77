import { open, readFile, rename, rm, stat } from 'node:fs/promises';
import { WeirError } from '@weir/contracts';
import { z } from 'zod';
import { rejectionKind } from './rejection-tally.ts';

const count = z.int().min(0);
const counts = z.strictObject({
  offered: count,
  acknowledged: count,
  rejected: count,
  failed: count,
  unknown: count,
});

/** What makes an input the same one: a resumed run must not skip lines of another. */
const fingerprint = z.strictObject({
  path: z.string(),
  sizeBytes: count,
  headSha256: z.string(),
  /** SHA-256 of what gives the lines their meaning: mapping, tenant and source. */
  meaningSha256: z.string(),
  /** The log it was fed into; null once retention has deleted the record that names it. */
  logId: z.string().nullable(),
});
export type Fingerprint = Readonly<z.infer<typeof fingerprint>>;

const ledger = z.strictObject({
  formatVersion: z.literal(1),
  /**
   * `running` until the process says otherwise, so also after a crash; `interrupted`
   * when it gave up or was stopped; `stopped_at_limit` at UNTIL_EVENT_TIME;
   * `finished` at the end of the input.
   */
  state: z.enum(['running', 'interrupted', 'stopped_at_limit', 'finished']),
  /** Null for standard input, which can't be resumed. */
  fingerprint: fingerprint.nullable(),
  /** Everything read, what is in flight included. */
  counts,
  position: z.strictObject({
    line: count,
    observedAtMs: z.int().nullable(),
    counts,
    rejections: z.array(rejectionKind).readonly(),
  }),
});
export type Ledger = Readonly<z.infer<typeof ledger>>;

/** Where the ledgers of runs rest. A simulation has its own. */
export type LedgerFiles = {
  /** Undefined where there is none. Throws config_invalid for something else than a ledger. */
  read(path: string): Promise<Ledger | undefined>;
  /** Writes it whole or not at all. */
  write(path: string, value: Ledger): Promise<void>;
};

/** A position and its tally of rejections take some kilobytes. */
const maxLedgerBytes = 1_048_576;

async function readLedger(path: string): Promise<Ledger | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT') return undefined;
    throw new WeirError('config_invalid', `LEDGER_FILE: the file can't be read (${code})`, { cause: error });
  }
  const parsed = text.length > maxLedgerBytes ? undefined : ledger.safeParse(jsonOrUndefined(text));
  if (parsed?.success !== true) {
    throw new WeirError(
      'config_invalid',
      'LEDGER_FILE: the file is not an ingest ledger; move it away or name another',
    );
  }
  return parsed.data;
}

/**
 * Writes a file whole or not at all: a reader, or a run after a crash, finds the
 * old content or the new. Only the owner may read it.
 */
export async function writeFileAtomically(path: string, text: string): Promise<void> {
  const temporary = `${path}.tmp`;
  const file = await open(temporary, 'w', 0o600);
  try {
    await file.writeFile(text);
    // Without it a power cut can leave the new name with no content.
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
}

/**
 * Checks that `writeFileAtomically` can write `path`, so that it is known before
 * the work and not after it. Throws config_invalid in the name of `variable`.
 */
export async function requireWritable(variable: string, path: string): Promise<void> {
  const problem = await problemOfWriting(path);
  if (problem === undefined) return;
  throw new WeirError('config_invalid', `${variable}: the file can't be written (${problem})`);
}

async function problemOfWriting(path: string): Promise<string | undefined> {
  const temporary = `${path}.tmp`;
  try {
    const found = await stat(path).catch(() => undefined);
    // A rename would take the place of whatever has the name, of a device too.
    if (found !== undefined && !found.isFile()) return 'it is no plain file';
    await (await open(temporary, 'w', 0o600)).close();
    await rm(temporary);
    return undefined;
  } catch (error) {
    return errorCode(error);
  }
}

const writeLedger = (path: string, value: Ledger): Promise<void> =>
  writeFileAtomically(path, `${JSON.stringify(ledger.parse(value), null, 2)}\n`);

const errorCode = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? 'unknown';

function jsonOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export const ledgerFiles: LedgerFiles = { read: readLedger, write: writeLedger };
