import type { FeatureValues, OnnxDescriptor } from '@weir/contracts';
import { inputOf, scoresFrom } from './batch-values.ts';
import type { ModelRefusal } from './model-messages.ts';
import { startModelProcess, type AskOutcome, type ModelProcess } from './start-model-process.ts';

/** `no_score`: it ran, and one of the numbers it gave is no score. */
export type NoAnswer = ModelRefusal | 'timed_out' | 'process_ended' | 'no_score';

export type Asked =
  { readonly ok: true; readonly scores: readonly number[] } | { readonly ok: false; readonly why: NoAnswer };

/** A model in a process, and another one where that is lost. Ask one batch at a time. */
export type AskedModel = {
  readonly ask: (rows: readonly FeatureValues[], limitMs: number) => Promise<Asked>;
  /** For good: nothing is answered any more. */
  readonly close: () => Promise<void>;
};

/** So long the runtime may take to start and to read the model. */
export const loadLimitMs = 10_000;

/** Starts nothing yet: the first batch does. */
export function createAskedModel(descriptor: OnnxDescriptor, bytes: Uint8Array): AskedModel {
  let loaded: ModelProcess | undefined;
  let isClosed = false;
  const drop = async (): Promise<void> => {
    const former = loaded;
    loaded = undefined;
    await former?.end();
  };
  return {
    ask: async (rows, limitMs) => {
      if (isClosed) return { ok: false, why: 'process_ended' };
      if (loaded === undefined) {
        loaded = startModelProcess(bytes);
        const ready = await loaded.ask(loadRequest(descriptor), loadLimitMs);
        if (ready.kind !== 'loaded') {
          await drop();
          return read(descriptor, ready, rows.length);
        }
      }
      const request = { kind: 'run', rows: rows.length, values: inputOf(descriptor, rows) } as const;
      const outcome = (await loaded?.ask(request, limitMs)) ?? { kind: 'process_ended' };
      if (outcome.kind === 'timed_out' || outcome.kind === 'process_ended') await drop();
      return read(descriptor, outcome, rows.length);
    },
    close: async () => {
      isClosed = true;
      await drop();
    },
  };
}

const loadRequest = ({ input, output, featureNames }: OnnxDescriptor) =>
  ({ kind: 'load', input, output, columns: featureNames.length }) as const;

function read(descriptor: OnnxDescriptor, outcome: AskOutcome, count: number): Asked {
  switch (outcome.kind) {
    case 'timed_out':
    case 'process_ended':
      return { ok: false, why: outcome.kind };
    case 'refused':
      return { ok: false, why: outcome.why };
    case 'loaded':
      return { ok: false, why: 'run_failed' };
    case 'ran': {
      const scores = scoresFrom(descriptor, outcome.values, count);
      return scores === undefined ? { ok: false, why: 'no_score' } : { ok: true, scores };
    }
  }
}
