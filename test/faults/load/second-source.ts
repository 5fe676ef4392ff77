import { join } from 'node:path';
import { pickFreePort } from '@weir/local';
import { readKmsFailures } from '../stack/read-kms-failures.ts';
import { ingestCounts, unaskedEnd } from './feed-outcome.ts';
import type { FeedOutcome } from './feed-outcome.ts';
import type { LoadGenerator, Send } from './generate-load.ts';
import { settledLine, startIngestRun } from './ingest-run.ts';
import { tenant } from './paced-feed.ts';
import { settleRun } from './send-ledger.ts';

/** An ingest process beside the load, which is fed when a fault wants it to be. */
export type SecondSource = {
  /** Hands over so many lines at once. */
  readonly feed: (lines: number) => void;
  readonly kmsFailures: () => Promise<number>;
  /** Says that there is no more; resolves when it has ended. */
  readonly finish: () => Promise<void>;
};

/** It runs, and has read the log's first record, once it has written its ledger. */
const readyDeadlineMs = 30_000;
const pollEveryMs = 50;

/** Starts one and waits, by a deadline, until it is ready for its first line. `onEnd` is told what became of all of them. */
export async function openSecondSource(options: {
  readonly name: string;
  readonly generator: LoadGenerator;
  readonly env: Readonly<Record<string, string>>;
  readonly home: string;
  readonly sleep: (delayMs: number) => Promise<void>;
  readonly onEnd: (outcome: FeedOutcome) => void;
}): Promise<SecondSource> {
  const { name, home, generator } = options;
  const port = await pickFreePort();
  const handedOver: Send[] = [];
  const run = startIngestRun({
    source: name,
    input: '-',
    tenant,
    env: options.env,
    ledgerFile: join(home, 'ledgers', `${tenant}.second.${name}.json`),
    logFile: join(home, 'logs', 'ingest.log'),
    port,
  });
  // It begins with the first bytes there are; these stand before the first line's own, where JSON minds no space.
  run.write('  ');
  const endsAtMs = performance.now() + readyDeadlineMs;
  while (run.ledger() === 'absent' && performance.now() < endsAtMs) await options.sleep(pollEveryMs);
  return {
    feed: (lines) => {
      const sends = generator.take(lines);
      handedOver.push(...sends);
      run.write(sends.map(({ line }) => `${line}\n`).join(''));
    },
    kmsFailures: () => readKmsFailures(port),
    finish: async () => {
      await run.finish();
      const counts = ingestCounts(run, handedOver);
      const line = settledLine(counts.ledger);
      const { settled } = settleRun({ source: name, sends: handedOver }, line, () => true);
      const end = unaskedEnd(run);
      options.onEnd({ settled, runs: [counts], workerEnds: end === undefined ? [] : [end] });
    },
  };
}
