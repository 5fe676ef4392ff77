import { readFileSync } from 'node:fs';
import { keyClasses, streamNames, streams } from '@weir/contracts';
import type { KeyClass, StreamName } from '@weir/contracts';
import { createKeyAdmin, keysBehind } from '@weir/kms';
import type { KeyAdmin, ManagedKey } from '@weir/kms';
import { keyAliasPrefix, readAdminCredentials, readRoleEnvironment } from '@weir/local';
import type { CommandContext } from '../command-context.ts';
import { CommandError, exitCodes } from '../exit-codes.ts';
import { notRunningSentence, runningStack } from '../local/stack-session.ts';
import { connectOps, namesKeys } from '../ops/connect-ops.ts';
import type { Ops } from '../ops/connect-ops.ts';

/** What the commands about keys work with. */
export type KeyWork = {
  readonly admin: KeyAdmin;
  readonly ops: Ops;
  /** The home of the local stack that these keys are of; undefined for a pipeline elsewhere. */
  readonly localHome: string | undefined;
  readonly aliasOf: (keyClass: KeyClass) => string;
  readonly close: () => Promise<void>;
};

/**
 * Connects as the environment says where it names keys: keys are then looked after with the AWS
 * credentials of whoever types the command, and the key policy decides. Else in the local stack,
 * with the rights of the one who made its keys. Throws CommandError where none runs.
 */
export function connectKeys({ env, home }: CommandContext): KeyWork {
  const isElsewhere = namesKeys(env);
  const access = isElsewhere ? accessOf(env) : localAccess(home);
  const ops = connectOps(env, home);
  const admin = createKeyAdmin(access);
  return {
    admin,
    ops,
    localHome: isElsewhere ? undefined : home,
    aliasOf: (keyClass) => `${keyAliasPrefix(ops.environment)}${keyClass}`,
    close: async () => {
      admin.close();
      await ops.close();
    },
  };
}

/** All keys of all classes, each class's as `keysBehind` orders them. */
export async function keysByClass(work: KeyWork): Promise<Readonly<Record<KeyClass, readonly ManagedKey[]>>> {
  const keys = await work.admin.keysUnder(keyAliasPrefix(work.ops.environment));
  return Object.fromEntries(
    keyClasses.map((keyClass) => [keyClass, keysBehind(work.aliasOf(keyClass), keys)]),
  ) as Record<KeyClass, readonly ManagedKey[]>;
}

/** Throws CommandError for a word that is no class of keys. */
export function keyClassOf(word: string): KeyClass {
  const keyClass = keyClasses.find((one) => one === word);
  if (keyClass !== undefined) return keyClass;
  throw new CommandError(exitCodes.usage, `There is no class of keys "${word}": ${keyClasses.join(', ')}`);
}

export const streamsOf = (keyClass: KeyClass): readonly StreamName[] =>
  streamNames.filter((name) => streams[name].keyClass === keyClass);

function accessOf(env: CommandContext['env']) {
  const { AWS_REGION: region, KMS_ENDPOINT: endpoint } = env;
  if (!region) throw new CommandError(exitCodes.configuration, 'AWS_REGION: needed to look after keys');
  return { region, ...(endpoint ? { endpoint } : {}), caPem: authorityIn(env) };
}

function localAccess(home: string) {
  const endpoint = runningStack(home)?.addresses['KMS_ENDPOINT'];
  const credentials = readAdminCredentials(home);
  if (endpoint === undefined || credentials === undefined) {
    throw new CommandError(exitCodes.notRunning, notRunningSentence);
  }
  const env = readRoleEnvironment(home, 'ops');
  return { endpoint, region: env['AWS_REGION'] ?? '', credentials, caPem: authorityIn(env) };
}

function authorityIn({ KMS_TLS_CA_FILE: file }: CommandContext['env']): string | undefined {
  return file ? readFileSync(file, 'utf8') : undefined;
}
