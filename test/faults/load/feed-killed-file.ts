import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LoadGenerator } from './generate-load.ts';
import { startIngestRun } from './ingest-run.ts';
import { tenant } from './paced-feed.ts';
import type { FeedOutcome } from './paced-feed.ts';
import { settleRun } from './send-ledger.ts';

const lines = 8_000;
const pollEveryMs = 20;

/**
 * Feeds a file as fast as ingest takes it, kills ingest once its ledger shows
 * that it is on its way, and lets another go on by that ledger to the end.
 */
export async function feedKilledFile(options: {
  readonly name: string;
  readonly generator: LoadGenerator;
  readonly env: Readonly<Record<string, string>>;
  readonly home: string;
  readonly sleep: (delayMs: number) => Promise<void>;
}): Promise<FeedOutcome> {
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
    while (first.exitCode() === undefined && (first.ledger()?.position.line ?? 0) === 0)
      await options.sleep(pollEveryMs);
  } finally {
    await first.kill();
  }
  const second = start();
  await second.finish();
  const ledger = second.ledger();
  const { settled } = settleRun({ source: name, sends }, ledger?.position.line ?? 0, () => true);
  const how = `ended with exit code ${second.exitCode() ?? 'none'}`;
  return {
    settled,
    ledgers: new Map([[name, ledger]]),
    workerEnds: second.exitCode() === 0 ? [] : [{ name: 'ingest', how, gaveUp: false }],
  };
}
