import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { childEnvironment, nodeMain } from '@weir/local';
import { z } from 'zod';

const ledgerFile = z.object({
  state: z.string(),
  counts: z.object({
    offered: z.int(),
    acknowledged: z.int(),
    rejected: z.int(),
    failed: z.int(),
    unknown: z.int(),
  }),
  position: z.object({ line: z.int() }),
});

/** What a run of ingest says of itself. */
export type IngestLedgerFile = z.infer<typeof ledgerFile>;

/** Its ledger as it stands: `absent` where it has written none yet, `unreadable` where the file is none. */
export type LedgerReading = IngestLedgerFile | 'absent' | 'unreadable';

/** Up to which line everything is settled. */
export const settledLine = (ledger: LedgerReading): number =>
  typeof ledger === 'string' ? 0 : ledger.position.line;

/** One ingest process. */
export type IngestRun = {
  readonly source: string;
  /** False where it takes no more for now: what is written is kept until it does. */
  readonly write: (text: string) => boolean;
  /** Says that there is nothing more; resolves when it has ended. */
  readonly finish: () => Promise<void>;
  readonly kill: () => Promise<void>;
  /** Undefined while it runs, null where a signal ended it. */
  readonly exitCode: () => number | null | undefined;
  readonly ledger: () => LedgerReading;
};

export function startIngestRun(options: {
  readonly source: string;
  /** A file, or "-" for what is written to it. */
  readonly input: string;
  readonly tenant: string;
  readonly env: Readonly<Record<string, string>>;
  readonly ledgerFile: string;
  readonly logFile: string;
  /** Where it tells its metrics; left out, nobody asks. */
  readonly port?: number;
}): IngestRun {
  const log = openSync(options.logFile, 'a', 0o600);
  const child = spawn(process.execPath, nodeMain('services/ingest/src/main.ts'), {
    env: childEnvironment(process.env, {
      ...options.env,
      HTTP_PORT: String(options.port ?? 0),
      MODE: 'source',
      INPUT_FILE: options.input,
      TENANT: options.tenant,
      SOURCE: options.source,
      LEDGER_FILE: options.ledgerFile,
    }),
    // The channel ends it with us, however we end.
    stdio: ['pipe', log, log, 'ipc'],
    detached: true,
  });
  closeSync(log);
  // Killed while it is written to: how far it came is told by its ledger.
  child.stdin?.on('error', () => undefined);
  let exitCode: number | null | undefined;
  const exited = once(child, 'exit').then(([code]) => (exitCode = code as number | null));
  return {
    source: options.source,
    write: (text) => child.stdin?.write(text) ?? false,
    finish: async () => {
      child.stdin?.end();
      await exited;
    },
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
    exitCode: () => exitCode,
    ledger: () => readLedger(options.ledgerFile),
  };
}

function readLedger(path: string): LedgerReading {
  // It is written whole or not at all: half a file is a fault of ingest's.
  if (!existsSync(path)) return 'absent';
  try {
    return ledgerFile.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return 'unreadable';
  }
}
