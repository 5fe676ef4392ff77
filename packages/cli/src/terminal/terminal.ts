import { styleText } from 'node:util';

type Style = 'green' | 'red' | 'bold';

/** The lines of a report that a person looks for first. */
const tones: readonly (readonly [line: RegExp, style: Style])[] = [
  [/^Both ledgers balance\.$/, 'green'],
  [/^The ledgers DO NOT balance:$|\bDOWN\b/, 'red'],
  [/^Simulated day \d+:|^[\d,]+ transactions were held/, 'bold'],
];

/**
 * Where a command writes: results to standard output, everything about the
 * work to standard error, so that a pipe gets results alone. Colours and the
 * line that moves are for terminals.
 */
export type Terminal = {
  /** A result, one line; what matters most in it has a colour on a terminal. */
  print(line: string): void;
  /** What is being done. */
  say(line: string): void;
  /** Replaces the moving line; elsewhere than on a terminal a line is written at most every `quietIntervalMs`. */
  live(line: string): void;
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
    print(line) {
      endLive();
      const tone = tones.find(([pattern]) => pattern.test(line))?.[1];
      // NO_COLOR is respected by styleText itself.
      const shown = tone === undefined || out.isTTY !== true ? line : styleText(tone, line, { stream: out });
      out.write(`${shown}\n`);
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
  };
}
