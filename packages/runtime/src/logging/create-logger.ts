import { destination as pinoDestination, pino, stdTimeFunctions } from 'pino';
import { type LogFields, printableFields } from './safe-fields.ts';
import { scrubText } from './scrub-text.ts';

/** From the most to the least severe. */
export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof logLevels)[number];

/**
 * A message that was written in the source. Whatever varies goes into fields,
 * where its shape is checked; a message put together from values is a type
 * error, because nothing could tell a name in it from a word.
 */
export type LiteralMessage<Text extends string> = Record<never, never> extends Record<Text, 1> ? never : Text;

type Log = <const Text extends string>(message: LiteralMessage<Text>, fields?: LogFields) => void;

export type Logger = { readonly [Level in LogLevel]: Log } & {
  /** The same log with these fields on every line. */
  readonly child: (fields: LogFields) => Logger;
};

/**
 * JSON lines on standard output, with ISO times. Only the fields listed in
 * safe-fields.ts are printed, each only in its own shape; messages and texts
 * are scrubbed of anything that looks like an IBAN or a card number.
 *
 * Lines are written synchronously, so there is nothing to flush before exit.
 * `write` takes the lines instead of standard output.
 */
export function createLogger(options: {
  readonly service: string;
  readonly level: LogLevel;
  readonly write?: (line: string) => void;
}): Logger {
  const { write } = options;
  const destination = write === undefined ? pinoDestination({ dest: 1, sync: true }) : { write };
  const lines = pino(
    {
      level: options.level,
      base: { service: options.service, pid: process.pid },
      messageKey: 'message',
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  );

  const withFields = (bound: LogFields): Logger => {
    const at =
      (level: LogLevel): Log =>
      (message, fields = {}) => {
        if (!lines.isLevelEnabled(level)) return;
        lines[level](printableFields({ ...bound, ...fields }), scrubText(message));
      };
    return {
      fatal: at('fatal'),
      error: at('error'),
      warn: at('warn'),
      info: at('info'),
      debug: at('debug'),
      child: (fields) => withFields({ ...bound, ...fields }),
    };
  };
  return withFields({});
}
