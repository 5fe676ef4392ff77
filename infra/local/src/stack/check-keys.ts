import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { streams } from '@weir/contracts';
import { LocalError } from '../local-error.ts';

/** What the records of a log can't be opened, found or continued without. */
const needed = ['kms-keys.json', 'routing.key', 'index.key'];

/**
 * Throws LocalError `keys_missing` where the home has a log and not the keys it was made
 * with: new ones in their place would open nothing, or judge every account as new.
 */
export function checkKeys(home: string): void {
  if (!existsSync(join(home, 'kafka', 'log', `${streams.received.topic}-0`))) return;
  const missing = needed.find((name) => !existsSync(join(home, 'keys', name)));
  if (missing === undefined) return;
  throw new LocalError(
    'keys_missing',
    `${home} has a log, but keys/${missing} is missing: restore it from its back-up, or set WEIR_HOME to another folder to begin a new log.`,
  );
}
