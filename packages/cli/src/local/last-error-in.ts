import { readFileSync } from 'node:fs';
import { z } from 'zod';

const logLine = z.object({ error: z.object({ message: z.string() }) });

/** What the last line of a worker's log says went wrong, if it says so. Logs hold nothing of a payload. */
export function lastErrorIn(logFile: string): string | undefined {
  try {
    const last = readFileSync(logFile, 'utf8').trimEnd().split('\n').at(-1) ?? '';
    return logLine.parse(JSON.parse(last)).error.message;
  } catch {
    return undefined;
  }
}
