import { WeirError } from '@weir/contracts';
import { LocalError } from '@weir/local';
import { CommandError } from '../exit-codes.ts';
import { fail, skipped } from './check.ts';
import type { Check } from './check.ts';
import type { CheckName } from './catalogue.ts';
import { limits } from './limits.ts';

/** What a probe brought back: facts, why it brought none, or why there is nothing to look at. */
export type Probed<Facts> =
  | { readonly kind: 'found'; readonly facts: Facts }
  | { readonly kind: 'failed'; readonly why: string }
  | { readonly kind: 'absent'; readonly why: string };

export const absent = (why: string): Probed<never> => ({ kind: 'absent', why });

/**
 * Runs a probe within a bound: one that hangs or throws is a failure and keeps
 * no other from its work. What it still does after the bound is dropped.
 */
export async function probe<Facts>(
  work: () => Promise<Facts>,
  limitMs: number = limits.probeMs,
): Promise<Probed<Facts>> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Probed<Facts>>((resolve) => {
    timer = setTimeout(() => resolve({ kind: 'failed', why: `no answer within ${limitMs} ms` }), limitMs);
  });
  const found = (async () => work())().then(
    (facts): Probed<Facts> => ({ kind: 'found', facts }),
    (error: unknown): Probed<Facts> => ({ kind: 'failed', why: reasonOf(error) }),
  );
  try {
    return await Promise.race([found, late]);
  } finally {
    clearTimeout(timer);
  }
}

const isOurs = (error: unknown): error is Error =>
  error instanceof WeirError || error instanceof LocalError || error instanceof CommandError;

/** Why it failed, in words that hold no secret: our own errors' messages, else only the code or the name. */
function reasonOf(error: unknown): string {
  if (isOurs(error)) return error.message;
  if (!(error instanceof Error)) return 'unknown';
  // Several addresses of one host were tried, and each has its own error.
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  const code = first instanceof Error && 'code' in first ? first.code : undefined;
  if (typeof code === 'string') return code;
  // A parser's message quotes what it was given; only what our own probes say is repeated.
  return error.name === 'Error' ? error.message : error.name;
}

/** Hands facts to their judge; without any the check fails, or is skipped where there is nothing to look at. */
export function judged<Facts>(
  name: CheckName,
  probed: Probed<Facts>,
  mend: string,
  judge: (facts: Facts) => readonly Check[],
): readonly Check[] {
  switch (probed.kind) {
    case 'found':
      return judge(probed.facts);
    case 'failed':
      return [fail(name, probed.why, mend)];
    case 'absent':
      return [skipped(name, probed.why)];
  }
}
