import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { LocalError } from '../local-error.ts';
import { passwordsFile } from './ensure-security.ts';

/**
 * Whether the parts prove themselves to one another: where it is asked for, and where it once was.
 * Throws LocalError `home_unusable` where the stack of the home was made without.
 */
export function isSecured({
  home,
  env,
}: {
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}): boolean {
  if (existsSync(passwordsFile(home))) return true;
  if (env['WEIR_SECURE'] !== '1') return false;
  // Kafka learns its users when its storage is made.
  if (!existsSync(join(home, 'kafka'))) return true;
  throw new LocalError(
    'home_unusable',
    `The stack in ${home} was made without WEIR_SECURE: start it without, or set WEIR_HOME to another folder.`,
  );
}
