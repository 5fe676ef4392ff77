import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ensurePrivateFolder } from '../home.ts';

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
  writeFileSync(`${path}.new`, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
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
