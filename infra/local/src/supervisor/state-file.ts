import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ensurePrivateFolder } from '../home.ts';
import { writePrivateFile } from '../write-private-file.ts';

const identity = z.object({ pid: z.number().int().positive(), startedAt: z.string() });

const stackState = z.object({
  supervisor: identity,
  processes: z.array(identity.extend({ name: z.string(), ready: z.boolean(), restarts: z.number().int() })),
  /** Where each part is reached: KAFKA_BROKERS and so on, without any secret. */
  addresses: z.record(z.string(), z.string()),
});

/** What runs, as written by the supervisor for other processes and for its own next start. */
export type StackState = z.infer<typeof stackState>;

/**
 * Writes `<home>/run/state.json`, whole or not at all, mode 0600: a half
 * written one would hide leftovers from the next start.
 */
export function writeState(home: string, state: StackState): void {
  const path = join(ensurePrivateFolder(home, 'run'), 'state.json');
  writePrivateFile(path, `${JSON.stringify(state, null, 2)}\n`);
}

/**
 * The state last written, by a supervisor that may since have died: compare
 * identities before believing it. Undefined where there is none or it is not
 * readable as one.
 */
export function readState(home: string): StackState | undefined {
  try {
    return stackState.parse(JSON.parse(readFileSync(join(home, 'run', 'state.json'), 'utf8')));
  } catch {
    return undefined;
  }
}
