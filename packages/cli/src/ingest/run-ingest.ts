import type { Readable } from 'node:stream';
import { readRoleEnvironment } from '@weir/local';
import { CommandError, exitCodes } from '../exit-codes.ts';
import { runRoleProcess } from '../local/run-role-process.ts';
import { inOurWords } from './in-our-words.ts';
import { ingestMessage } from './ingest-messages.ts';
import type {
  ActivatedArtefact,
  AskedList,
  IdentifiedTransaction,
  ImportedList,
  IngestMessage,
  IngestProgress,
  IngestSummary,
  ModelPolicySet,
  PublishedPlan,
  RedrivenBatch,
} from './ingest-messages.ts';

export type IngestRun = {
  readonly home: string;
  /** Beside the role's own environment: MODE, INPUT_FILE and so on. */
  readonly env: Readonly<Record<string, string>>;
  /** Fed to its standard input, or "inherit" for the command's own. */
  readonly input?: Readable | 'inherit';
  readonly onProgress?: (progress: IngestProgress) => void;
  /** What became of a window plan or a model, in the modes that are about one. */
  readonly onArtefact?: (said: PublishedPlan | ActivatedArtefact | ModelPolicySet) => void;
  /** What became of a list, in the modes that are about one. */
  readonly onList?: (said: ImportedList | AskedList) => void;
  /** What a transaction is called, in the mode that asks for that. */
  readonly onIdentified?: (said: IdentifiedTransaction) => void;
  /** What became of a batch of dead letters, in the mode that is about them. */
  readonly onRedriven?: (said: RedrivenBatch) => void;
  readonly signal?: AbortSignal | undefined;
};

/**
 * Runs one ingest worker in the ingest role to its end and gives its summary;
 * undefined where it had nothing to sum up. The command itself never holds the
 * keys of that role. An abort stops the worker, which keeps its place.
 * Throws CommandError with the worker's own exit code and word for it.
 */
export async function runIngest(run: IngestRun): Promise<IngestSummary | undefined> {
  let summary: IngestSummary | undefined;
  let problem: string | undefined;
  const onMessage = (message: IngestMessage): undefined => {
    switch (message.kind) {
      case 'progress':
        run.onProgress?.(message);
        break;
      case 'summary':
        summary = message;
        break;
      case 'published':
      case 'activated':
      case 'policy':
        run.onArtefact?.(message);
        break;
      case 'list':
      case 'membership':
        run.onList?.(message);
        break;
      case 'identified':
        run.onIdentified?.(message);
        break;
      case 'redriven':
        run.onRedriven?.(message);
        break;
      case 'problem':
        problem = message.message;
        break;
    }
  };
  const { code, word, logFile } = await runRoleProcess({
    home: run.home,
    name: 'ingest',
    main: 'services/ingest/src/main.ts',
    environment: { ...readRoleEnvironment(run.home, 'ingest'), HTTP_PORT: '0', ...run.env },
    input: run.input,
    messages: ingestMessage,
    onMessage,
    signal: run.signal,
  });
  if (code === 0) return summary;
  throw new CommandError(code ?? exitCodes.tryAgain, `${inOurWords(problem ?? word)} (log: ${logFile})`);
}
