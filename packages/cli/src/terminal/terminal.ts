import { styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

/**
 * Where a command writes: results to standard output, everything about the
 * work to standard error, so that a pipe gets results alone. Colours and the
 * line that moves are for terminals.
 */
export type Terminal = {
  readonly isInteractive: boolean;
  /** A result, one line. */
  print(line: string): void;
  /** What is being done. */
  say(line: string): void;
  /** Replaces the moving line; elsewhere than on a terminal a line is written at most every `quietIntervalMs`. */
  live(line: string): void;
  style(style: Style, text: string): string;
};

const quietIntervalMs = 5_000;
const clearLine = '\r\u001b[2K';

export function createTerminal(streams: {
  readonly out: NodeJS.WriteStream;
  readonly error: NodeJS.WriteStream;
  readonly nowMs: () => number;
}): Terminal {
  const { out, error, nowMs } = streams;
  const isInteractive = error.isTTY === true;
  let lineIsLive = false;
  let lastQuietMs = -Infinity;
  const endLive = (): void => {
    if (lineIsLive) error.write(clearLine);
    lineIsLive = false;
  };
  return {
    isInteractive,
    print(line) {
      endLive();
      out.write(`${line}\n`);
    },
    say(line) {
      endLive();
      error.write(`${line}\n`);
    },
    live(line) {
      if (isInteractive) {
        error.write(clearLine + line.slice(0, Math.max(20, (error.columns ?? 80) - 1)));
        lineIsLive = true;
      } else if (nowMs() - lastQuietMs >= quietIntervalMs) {
        lastQuietMs = nowMs();
        error.write(`${line}\n`);
      }
    },
    style: (style, text) => (out.isTTY === true ? styleText(style, text, { stream: out }) : text),
  };
}
