import { hash } from 'node:crypto';
import { teamModelBytes, WeirError, type FeatureValues, type OnnxDescriptor } from '@weir/contracts';
import { createAskedModel, loadLimitMs, type Asked, type AskedModel, type NoAnswer } from './ask-model.ts';
import { objectionTo } from './inspect-onnx.ts';

/** Why a model gave no scores. */
export type TeamModelFailure = 'timed_out' | 'process_ended' | 'run_failed' | 'wrong_output';

export type TeamScores =
  | { readonly ok: true; readonly scores: readonly number[] }
  | { readonly ok: false; readonly failure: TeamModelFailure };

export type TeamModel = {
  readonly descriptor: OnnxDescriptor;
  /** The score of each row in whole millionths, or none at all. Never throws; ends within a bounded time. */
  readonly score: (rows: readonly FeatureValues[]) => Promise<TeamScores>;
  readonly close: () => Promise<void>;
};

/** A batch is tried so often where its process was lost, which may have been the machine's fault. */
const maxAttempts = 2;

/**
 * Loads a model file into a process of its own and tries it on two rows without
 * any value. The same rows give the same scores on one kind of CPU.
 *
 * Throws WeirError `artefact_unknown` where the bytes are not those the
 * descriptor names, are too many, speak of other files or of operators that
 * aren't ONNX's, or do not have the input and output it says.
 */
export async function openTeamModel({
  descriptor,
  bytes,
}: {
  readonly descriptor: OnnxDescriptor;
  readonly bytes: Uint8Array;
}): Promise<TeamModel> {
  const objection = objectionToFile(descriptor, bytes);
  if (objection !== undefined) throw unusable(descriptor, objection);
  const model = createAskedModel(descriptor, bytes);
  const tried = await model.ask([{}, {}], loadLimitMs);
  // That what it makes of nothing is a score, nobody has promised; that it has the right shape, the process has seen.
  if (!tried.ok && tried.why !== 'no_score') {
    await model.close();
    throw unusable(descriptor, meaning[tried.why]);
  }
  const askAll = createBatches(descriptor, model);
  /** All partitions of a worker share the model, one after the other. */
  let last: Promise<unknown> = Promise.resolve();
  return {
    descriptor,
    score: (rows) => {
      const scored = last.then(() => askAll(rows)).then(told);
      last = scored;
      return scored;
    },
    close: model.close,
  };
}

function objectionToFile({ sha256 }: OnnxDescriptor, bytes: Uint8Array): string | undefined {
  if (bytes.length > teamModelBytes) return `its file is larger than ${teamModelBytes} bytes`;
  if (hash('sha256', bytes) !== sha256) return 'its file is not the one that sha256 names';
  return objectionTo(bytes);
}

const unusable = ({ ref }: OnnxDescriptor, why: string): WeirError =>
  new WeirError(
    'artefact_unknown',
    `team model ${ref} can't be used: ${why}; see the runbook "artefact unknown"`,
  );

const meaning: Readonly<Record<Exclude<NoAnswer, 'no_score'>, string>> = {
  runtime_missing: 'onnxruntime-node is not installed here',
  not_loadable: 'the runtime does not load its file',
  no_such_input: 'input is not the name of its only input',
  no_such_output: 'output is not the name of one of its outputs',
  wrong_input: 'its input is not float32 [n, featureNames.length]',
  wrong_output: 'its output is not float32 or float64 with a row for each given, of one or two columns',
  run_failed: 'it does not run on rows without values',
  timed_out: 'two rows without values, or its loading, take it longer than ten seconds',
  process_ended: 'the process that loads it ends',
};

/** Cuts rows into batches the descriptor allows. A process that was lost is asked again, boundedly. */
function createBatches({ maxBatch, timeLimitMs }: OnnxDescriptor, model: AskedModel) {
  /** A model that failed the last time is asked once: others wait behind it. */
  let attempts = maxAttempts;
  const askBatch = async (rows: readonly FeatureValues[]): Promise<Asked> => {
    let asked = await model.ask(rows, timeLimitMs);
    for (let attempt = 1; attempt < attempts && isLost(asked); attempt += 1)
      asked = await model.ask(rows, timeLimitMs);
    attempts = asked.ok ? maxAttempts : 1;
    return asked;
  };
  return async (rows: readonly FeatureValues[]): Promise<Asked> => {
    const scores: number[] = [];
    for (let from = 0; from < rows.length; from += maxBatch) {
      const asked = await askBatch(rows.slice(from, from + maxBatch));
      if (!asked.ok) return asked;
      for (const score of asked.scores) scores.push(score);
    }
    return { ok: true, scores };
  };
}

const isLost = (asked: Asked): boolean =>
  !asked.ok && (asked.why === 'timed_out' || asked.why === 'process_ended');

const told = (asked: Asked): TeamScores => (asked.ok ? asked : { ok: false, failure: failureOf(asked.why) });

function failureOf(why: NoAnswer): TeamModelFailure {
  if (why === 'timed_out' || why === 'process_ended') return why;
  return why === 'wrong_output' || why === 'no_score' ? 'wrong_output' : 'run_failed';
}
