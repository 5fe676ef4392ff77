// The process that holds a team's model, and nothing else: it is given no
// environment, no file and no key, and whoever started it ends it when it takes
// too long. session.run works on the thread that calls it and can't be
// interrupted, and a thread ended in the middle of it takes its process along.

import { Worker } from 'node:worker_threads';
import type * as Runtime from 'onnxruntime-node';
import type { InferenceSession, OnnxValue, Tensor } from 'onnxruntime-node';
import type { ModelAnswer, ModelRefusal, ModelRequest } from './model-messages.ts';

type Loaded = {
  readonly runtime: typeof Runtime;
  readonly session: InferenceSession;
  readonly input: string;
  readonly output: string;
  readonly columns: number;
};

/** One thread that takes operators in their order: the same model and rows give the same bits on one kind of CPU. */
const sessionOptions: InferenceSession.SessionOptions = {
  executionProviders: ['cpu'],
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  logSeverityLevel: 4,
};

const watch = new Worker(new URL('./watch-parent.ts', import.meta.url), { workerData: process.ppid });
watch.unref();

let loaded: Loaded | undefined;

process.on('message', (request: ModelRequest) => {
  answer(request).then(
    (said) => process.send?.(said),
    () => process.exit(1),
  );
});
process.on('disconnect', () => process.exit(0));

async function answer(request: ModelRequest): Promise<ModelAnswer> {
  switch (request.kind) {
    case 'load':
      return load(request);
    case 'run':
      return loaded === undefined ? refused('not_loadable') : run(loaded, request.rows, request.values);
  }
}

async function load({
  input,
  output,
  columns,
}: Extract<ModelRequest, { kind: 'load' }>): Promise<ModelAnswer> {
  const bytes = await readInput();
  const runtime = await import('onnxruntime-node').catch(() => undefined);
  if (runtime === undefined) return refused('runtime_missing');
  const session = await runtime.InferenceSession.create(bytes, sessionOptions).catch(() => undefined);
  if (session === undefined) return refused('not_loadable');
  const why = misfitOf(session, { input, output, columns });
  if (why !== undefined) return refused(why);
  loaded = { runtime, session, input, output, columns };
  return { kind: 'loaded' };
}

/** The model comes by standard input, which ends behind it. */
async function readInput(): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function misfitOf(
  session: InferenceSession,
  { input, output, columns }: { input: string; output: string; columns: number },
): ModelRefusal | undefined {
  const [given, ...others] = session.inputMetadata;
  if (given === undefined || others.length > 0 || given.name !== input) return 'no_such_input';
  if (!session.outputNames.includes(output)) return 'no_such_output';
  if (!given.isTensor || given.type !== 'float32' || given.shape.length !== 2) return 'wrong_input';
  const [rows, width] = given.shape;
  const isFixed = typeof rows === 'number' || (typeof width === 'number' && width !== columns);
  return isFixed ? 'wrong_input' : undefined;
}

async function run(model: Loaded, rows: number, values: string): Promise<ModelAnswer> {
  const { runtime, session, input, output, columns } = model;
  const given = new Float32Array(rows * columns);
  Buffer.from(values, 'base64').copy(new Uint8Array(given.buffer));
  const feeds = { [input]: new runtime.Tensor('float32', given, [rows, columns]) };
  const outputs = await session.run(feeds, [output]).catch(() => undefined);
  if (outputs === undefined) return refused('run_failed');
  const scores = scoresIn(outputs[output], rows);
  return scores === undefined
    ? refused('wrong_output')
    : { kind: 'ran', values: Buffer.from(scores.buffer).toString('base64') };
}

/** The one number of each row: [n] and [n, 1] as they are, of [n, 2] the second column. */
function scoresIn(value: OnnxValue | undefined, rows: number): Float64Array | undefined {
  if (value === undefined || !isTensor(value)) return undefined;
  const { dims, type, data } = value;
  if (type !== 'float32' && type !== 'float64') return undefined;
  const width = dims.length === 1 ? 1 : dims[1];
  const isFit = dims[0] === rows && dims.length <= 2 && (width === 1 || width === 2);
  const numbers = data as Float32Array | Float64Array;
  if (!isFit || numbers.length !== rows * width) return undefined;
  return Float64Array.from({ length: rows }, (_, row) => numbers[row * width + width - 1] ?? NaN);
}

const isTensor = (value: OnnxValue): value is Tensor => 'dims' in value && 'data' in value;

const refused = (why: ModelRefusal): ModelAnswer => ({ kind: 'refused', why });
