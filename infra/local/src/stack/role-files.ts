import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { roles } from '@weir/contracts';
import type { KeyClass, Role } from '@weir/contracts';
import { z } from 'zod';
import { ensurePrivateFolder } from '../home.ts';
import { writePrivateFile } from '../write-private-file.ts';
import { LocalError } from '../local-error.ts';
import type { CallerName, Credentials } from './callers.ts';
import { roleEnvironment, roleKeysFile, streamKeys } from './describe-stack.ts';
import type { KeyArns, StackSettings } from './describe-stack.ts';

const environment = z.record(z.string(), z.string());

/**
 * Writes the environment of each role to `<home>/keys/<role>.env.json` (0600),
 * so that commands can act in a role beside the running stack.
 */
export function writeRoles(options: {
  readonly home: string;
  readonly settings: StackSettings;
  readonly arns: KeyArns;
  readonly credentials: Readonly<Record<CallerName, Credentials>>;
}): void {
  const { home, settings, arns } = options;
  writeRoleKeys(home, arns);
  for (const role of roles) {
    const path = roleFile(home, role);
    const env = roleEnvironment({ role, settings, arns, credentials: options.credentials[role] });
    writePrivateFile(path, JSON.stringify(env, null, 2));
  }
}

/**
 * Writes which keys each role uses to `<home>/keys/<role>.kms-keys.json` (0600), whole or not
 * at all. Who runs already takes them over on SIGHUP.
 */
export function writeRoleKeys(home: string, arns: Readonly<Record<KeyClass, readonly string[]>>): void {
  ensurePrivateFolder(home, 'keys');
  for (const role of roles) {
    writePrivateFile(roleKeysFile(home, role), `${JSON.stringify(streamKeys(role, arns), null, 2)}\n`);
  }
}

/**
 * The environment of a role in the stack of this home, as of its last start.
 *
 * Throws LocalError `not_ready` where no stack has been started there yet.
 */
export function readRoleEnvironment(home: string, role: Role): Readonly<Record<string, string>> {
  try {
    return environment.parse(JSON.parse(readFileSync(roleFile(home, role), 'utf8')));
  } catch (cause) {
    throw new LocalError(
      'not_ready',
      `No stack has been started in ${home} yet: start it with "npm start".`,
      {
        cause,
      },
    );
  }
}

function roleFile(home: string, role: Role): string {
  return join(ensurePrivateFolder(home, 'keys'), `${role}.env.json`);
}
