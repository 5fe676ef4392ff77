import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
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

/** What a run of ingest says of itself, after its end. */
export type IngestLedgerFile = z.infer<typeof ledgerFile>;

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
  /** Its ledger as it stands; undefined where it has not written one. */
  readonly ledger: () => IngestLedgerFile | undefined;
};

export function startIngestRun(options: {
  readonly source: string;
  /** A file, or "-" for what is written to it. */
  readonly input: string;
  readonly tenant: string;
  readonly env: Readonly<Record<string, string>>;
  readonly ledgerFile: string;
  readonly logFile: string;
}): IngestRun {
  const log = openSync(options.logFile, 'a', 0o600);
  const child = spawn(process.execPath, nodeMain('services/ingest/src/main.ts'), {
    env: childEnvironment(process.env, {
      ...options.env,
      HTTP_PORT: '0',
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

function readLedger(path: string): IngestLedgerFile | undefined {
  try {
    return ledgerFile.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return undefined;
  }
}
