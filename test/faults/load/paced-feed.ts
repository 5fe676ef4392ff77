import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { IngestCounts } from '../check/check-ledgers.ts';
import { ingestCounts, unaskedEnd } from './feed-outcome.ts';
import type { FeedOutcome } from './feed-outcome.ts';
import type { LoadGenerator, Send } from './generate-load.ts';
import { settledLine, startIngestRun } from './ingest-run.ts';
import type { IngestRun } from './ingest-run.ts';
import type { WorkerEnd } from '../stack/kept-worker.ts';
import { settleRun } from './send-ledger.ts';
import type { SettledSend } from './send-ledger.ts';

/** A round's load: lines at a steady pace through ingest, which may be killed meanwhile. */
export type PacedFeed = {
  /** Whether the log has acknowledged something of it. */
  readonly isFlowing: () => boolean;
  /** SIGKILL of the ingest process that is being fed. Lines wait until `revive`. Answers whether there was one. */
  readonly kill: () => Promise<boolean>;
  /** Starts another, which first gets again what the killed one had not acknowledged. */
  readonly revive: () => void;
  /** Ends the load with its tail; resolves when ingest has ended and everything is settled. */
  readonly finish: () => Promise<FeedOutcome>;
  /** Ends the load where it stands. Idempotent, and harmless after `finish`. */
  readonly abandon: () => Promise<void>;
};

export const tenant = 'faults';
const tickMs = 50;
/** A client that never gives up would never leave anything unknown. */
const givesUpEvery = 10;
/** Runs of ingest in one round; beyond it the harness would only fight a worker that can't run. */
const mostRuns = 10;

export function startPacedFeed(options: {
  readonly round: number;
  readonly generator: LoadGenerator;
  /** The last lines of the load. */
  readonly tail: () => readonly Send[];
  readonly ratePerSecond: number;
  readonly env: Readonly<Record<string, string>>;
  readonly home: string;
}): PacedFeed {
  const waiting: Send[] = [];
  const settled: SettledSend[] = [];
  const ended: IngestCounts[] = [];
  let handedOver: Send[] = [];
  let run: IngestRun | undefined;
  let isHeld = false;
  let runs = 0;
  const workerEnds: WorkerEnd[] = [];
  let offered = 0;
  let failure: Error | undefined;
  const startedAtMs = performance.now();

  function startRun(): IngestRun {
    runs += 1;
    if (runs > mostRuns) throw new Error(`ingest ended ${mostRuns} times in one round: see logs/ingest.log`);
    const source = `load-${options.round}-${runs}`;
    return startIngestRun({
      source,
      input: '-',
      tenant,
      env: options.env,
      ledgerFile: join(options.home, 'ledgers', `${tenant}.load.${source}.json`),
      logFile: join(options.home, 'logs', 'ingest.log'),
    });
  }

  /** Closes the books of a run that is gone; what it left open is handed to the next. */
  function settle(gone: IngestRun): void {
    const counts = ingestCounts(gone, handedOver);
    ended.push(counts);
    const outcome = settleRun(
      { source: gone.source, sends: handedOver },
      settledLine(counts.ledger),
      ({ sequence }) => sequence % givesUpEvery === 0,
    );
    settled.push(...outcome.settled);
    waiting.unshift(...outcome.again);
    handedOver = [];
  }

  /** Hands over what waits to the process there is; where it has ended by itself, to another. */
  function handOver(): void {
    if (isHeld || waiting.length === 0) return;
    if (run !== undefined && run.exitCode() !== undefined) {
      workerEnds.push(unaskedEnd(run) ?? endedEarly);
      settle(run);
      run = undefined;
    }
    run ??= startRun();
    const sends = waiting.splice(0);
    handedOver.push(...sends);
    run.write(sends.map(({ line }) => `${line}\n`).join(''));
  }

  function offerDue(): void {
    const due = Math.floor(((performance.now() - startedAtMs) / 1000) * options.ratePerSecond) - offered;
    if (due > 0) waiting.push(...options.generator.take(due));
    offered += due;
    handOver();
  }

  const timer = setInterval(() => {
    try {
      offerDue();
    } catch (error) {
      // Told by `finish`: nobody listens to a timer.
      failure = error instanceof Error ? error : new Error('feeding failed', { cause: error });
      clearInterval(timer);
    }
  }, tickMs);
  return {
    isFlowing: () => run !== undefined && settledLine(run.ledger()) > 0,
    kill: async () => {
      isHeld = true;
      const killed = run;
      await killed?.kill();
      if (killed !== undefined) settle(killed);
      run = undefined;
      return killed !== undefined;
    },
    revive: () => {
      isHeld = false;
      handOver();
    },
    finish: async () => {
      clearInterval(timer);
      if (failure !== undefined) throw failure;
      waiting.push(...options.tail());
      isHeld = false;
      while (waiting.length > 0 || run !== undefined) {
        handOver();
        const last = run;
        if (last === undefined) continue;
        await last.finish();
        const end = unaskedEnd(last);
        if (end !== undefined) workerEnds.push(end);
        settle(last);
        run = undefined;
        if (waiting.length > 0) await sleep(tickMs);
      }
      return { settled, runs: ended, workerEnds };
    },
    abandon: async () => {
      clearInterval(timer);
      waiting.length = 0;
      await run?.kill();
    },
  };
}

/** Whoever feeds it has not told it that there is no more. */
const endedEarly: WorkerEnd = { name: 'ingest', how: 'ended while it was fed', gaveUp: false };
