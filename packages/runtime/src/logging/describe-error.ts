import { WeirError } from '@weir/contracts';
import { scrubText } from './scrub-text.ts';

/** What a log line says about an error. */
export type ErrorDescription = {
  readonly name: string;
  readonly code?: string;
  readonly recovery?: string;
  readonly message: string;
  /** Frames only; the message that V8 puts in front of them is left out. */
  readonly stack?: string;
  /** Names and codes of the causes, the nearest first. Their messages stay out: a driver's error may quote a record. */
  readonly causes?: readonly string[];
};

const deepestCause = 5;
const mostFrames = 30;

/**
 * An error without anything it may have picked up from a record: no own
 * properties but the code, no messages of causes, no message at all where the
 * error's kind quotes its input (parsers, assertions), everything scrubbed.
 */
export function describeError(error: unknown): ErrorDescription {
  if (!(error instanceof Error))
    return { name: 'NotAnError', message: `a thrown ${typeof error}, not shown` };
  const code = codeOf(error);
  const stack = framesOf(error);
  const causes = causesOf(error);
  return {
    name: nameOf(error),
    ...(code === undefined ? {} : { code }),
    ...(error instanceof WeirError ? { recovery: error.recovery } : {}),
    message: quotesItsInput(error)
      ? '[not shown: errors of this kind quote their input]'
      : scrubText(error.message),
    ...(stack === '' ? {} : { stack }),
    ...(causes.length === 0 ? {} : { causes }),
  };
}

/** JSON.parse puts a piece of the text, assert both values into the message. */
function quotesItsInput(error: Error): boolean {
  return error instanceof SyntaxError || codeOf(error) === 'ERR_ASSERTION';
}

function nameOf(error: Error): string {
  return /^[A-Za-z]{1,64}$/.test(error.name) ? error.name : 'Error';
}

function codeOf(error: Error): string | undefined {
  const code = 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^[A-Za-z][A-Za-z0-9_]{0,63}$/.test(code) ? scrubText(code) : undefined;
}

function framesOf(error: Error): string {
  const frames = (error.stack ?? '')
    .replace(error.message, '')
    .split('\n')
    .filter((line) => /^\s+at .*:\d+:\d+\)?$/.test(line))
    .slice(0, mostFrames);
  return scrubText(frames.map((line) => line.trim()).join('\n'));
}

function causesOf(error: Error): string[] {
  const causes: string[] = [];
  let cause = error.cause;
  while (cause instanceof Error && causes.length < deepestCause) {
    causes.push([nameOf(cause), codeOf(cause)].filter((part) => part !== undefined).join(' '));
    cause = cause.cause;
  }
  return causes;
}
