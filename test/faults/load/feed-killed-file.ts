import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LoadGenerator } from './generate-load.ts';
import { ingestCounts, unaskedEnd } from './feed-outcome.ts';
import type { FeedOutcome } from './feed-outcome.ts';
import { settledLine, startIngestRun } from './ingest-run.ts';
import { tenant } from './paced-feed.ts';
import { settleRun } from './send-ledger.ts';

const lines = 8_000;
const pollEveryMs = 20;

/**
 * Feeds a file as fast as ingest takes it, kills ingest once its ledger shows
 * that it is on its way, and lets another go on by that ledger to the end.
 * `killedAtLine` is undefined where it had ended before it was killed.
 */
export async function feedKilledFile(options: {
  readonly name: string;
  readonly generator: LoadGenerator;
  readonly env: Readonly<Record<string, string>>;
  readonly home: string;
  readonly sleep: (delayMs: number) => Promise<void>;
}): Promise<{ readonly outcome: FeedOutcome; readonly killedAtLine: number | undefined }> {
  const { name, home } = options;
  const sends = options.generator.take(lines);
  const input = join(home, `${name}.ndjson`);
  writeFileSync(input, sends.map(({ line }) => `${line}\n`).join(''), { mode: 0o600 });
  const start = () =>
    startIngestRun({
      source: name,
      input,
      tenant,
      env: options.env,
      ledgerFile: join(home, 'ledgers', `${tenant}.${name}.file.json`),
      logFile: join(home, 'logs', 'ingest.log'),
    });
  const first = start();
  try {
    while (first.exitCode() === undefined && settledLine(first.ledger()) === 0)
      await options.sleep(pollEveryMs);
  } finally {
    await first.kill();
  }
  const line = settledLine(first.ledger());
  const second = start();
  await second.finish();
  const counts = ingestCounts(second, sends);
  const { settled } = settleRun({ source: name, sends }, settledLine(counts.ledger), () => true);
  const end = unaskedEnd(second);
  return {
    outcome: { settled, runs: [counts], workerEnds: end === undefined ? [] : [end] },
    killedAtLine: line > 0 && line < lines ? line : undefined,
  };
}
