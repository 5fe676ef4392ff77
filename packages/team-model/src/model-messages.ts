/** What the process that holds the model is asked. Numbers travel as base64 of their bytes, so that none changes on the way. */
export type ModelRequest =
  | { readonly kind: 'load'; readonly input: string; readonly output: string; readonly columns: number }
  | { readonly kind: 'run'; readonly rows: number; readonly values: string };

/** Why it didn't answer; closed, for what the runtime says of a failure may quote the model. */
const modelRefusals = [
  'runtime_missing',
  'not_loadable',
  'no_such_input',
  'no_such_output',
  'wrong_input',
  'wrong_output',
  'run_failed',
] as const;
export type ModelRefusal = (typeof modelRefusals)[number];

export type ModelAnswer =
  | { readonly kind: 'loaded' }
  /** One float64 for each row, in base64. */
  | { readonly kind: 'ran'; readonly values: string }
  | { readonly kind: 'refused'; readonly why: ModelRefusal };

/** What was answered. The process runs code that nobody here wrote, so it may say anything: that counts as a failed run. */
export function readAnswer(said: unknown): ModelAnswer {
  const { kind, values, why } = (typeof said === 'object' && said !== null ? said : {}) as Record<
    string,
    unknown
  >;
  if (kind === 'loaded') return { kind };
  if (kind === 'ran' && typeof values === 'string') return { kind, values };
  return { kind: 'refused', why: modelRefusals.find((known) => known === why) ?? 'run_failed' };
}
