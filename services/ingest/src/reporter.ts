import type { Logger } from '@weir/runtime';
import { writeFileAtomically } from './ledger/ledger-file.ts';
import type { FeedRun } from './run-feed.ts';
import type { IngestMessage, Progress, Summary } from './run-report.ts';
import type { SourceError } from './source/source-error.ts';

/** At most five messages a second to the parent; people reading logs need fewer. */
const messageIntervalMs = 200;
const logIntervalMs = 5_000;

export type Reporter = {
  /** Tells the progress of a run until the function it gives is called; `onTick` sees each. */
  follow(run: Pick<FeedRun, 'progress'>, onTick: (progress: Progress) => void): () => void;
  /** The last word, also into `reportFile` where one is given. */
  summary(summary: Summary, reportFile: string | undefined): Promise<void>;
  /** What an account, or a transaction of it, is called. It is told to nobody else. */
  identified(message: Extract<IngestMessage, { kind: 'identified' }>): Promise<void>;
  /** What became of a batch of dead letters, or that one is over. */
  redriven(message: Extract<IngestMessage, { kind: 'redriven' }>): Promise<void>;
  problem(error: SourceError): Promise<void>;
  /** What became of a window plan or a model. */
  artefact(message: Extract<IngestMessage, { kind: 'published' | 'activated' | 'policy' }>): Promise<void>;
  /** What came of importing a list, or of asking one. What was asked is told to nobody else. */
  list(message: Extract<IngestMessage, { kind: 'list' | 'membership' }>): Promise<void>;
};

/** Reports to the process that forked this one, and to the log where nobody did. */
export function createReporter(process: NodeJS.Process, log: Logger): Reporter {
  const hasParent = process.send !== undefined;

  /** Resolves when the message is handed over, so that an exit doesn't cut it off. */
  function tell(message: IngestMessage): Promise<void> {
    return new Promise((resolve) => {
      // A parent that is gone is noticed by its channel closing; the message is then of no use.
      if (!process.connected || process.send === undefined) return resolve();
      process.send(message, undefined, undefined, () => resolve());
    });
  }

  function tellProgress(progress: Progress): void {
    if (hasParent) void tell({ kind: 'progress', ...progress });
    else
      log.info('records acknowledged so far', { count: progress.acknowledged, rejected: progress.rejected });
  }

  return {
    follow(run, onTick) {
      let ticks = 0;
      const ticksPerTelling = hasParent ? 1 : logIntervalMs / messageIntervalMs;
      const timer = setInterval(() => {
        const progress = run.progress();
        onTick(progress);
        ticks += 1;
        if (ticks % ticksPerTelling === 0) tellProgress(progress);
      }, messageIntervalMs);
      return () => clearInterval(timer);
    },
    async summary(summary, reportFile) {
      logSummary(summary, log);
      await tell({ kind: 'summary', ...summary });
      if (reportFile !== undefined)
        await writeFileAtomically(reportFile, `${JSON.stringify(summary, null, 2)}\n`);
    },
    artefact: tell,
    list: tell,
    identified: tell,
    redriven: tell,
    problem: ({ exitCode, message }) => tell({ kind: 'problem', exitCode, message }),
  };
}

function logSummary(summary: Summary, log: Logger): void {
  const { state, acknowledged, rejected, failed, unknown } = summary;
  for (const { code, path, count } of summary.rejections) {
    log.warn('records were rejected', { reason: code, path: path || 'record', count });
  }
  if (failed > 0) log.warn('records were not sent: the next run sends them', { count: failed });
  if (unknown > 0)
    log.warn('records were sent without an answer: the next run sends them again', { count: unknown });
  if (summary.offered === 0) log.warn('the input holds no record', { state });
  log.info('feeding has ended', { state, count: acknowledged, rejected });
}
