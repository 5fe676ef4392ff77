import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { keyClasses, roles, sealedStreamNames, sealedStreams } from '@weir/contracts';
import type { KeyClass, Role } from '@weir/contracts';
import { z } from 'zod';
import { ensurePrivateFolder } from '../home.ts';
import { writePrivateFile } from '../write-private-file.ts';

/** The roles of the topic table, and the one that makes the keys. */
export type CallerName = Role | 'admin';

const caller = z.object({ name: z.string(), accessKeyId: z.string(), secretAccessKey: z.string() });
const callerList = z.array(caller);

export type Credentials = { readonly accessKeyId: string; readonly secretAccessKey: string };

type KeyRule = { readonly operations: readonly string[]; readonly keys: readonly string[] };

/** Making, rotating and retiring keys; using one is not among them. */
const adminOperations = [
  'CreateAlias',
  'CreateKey',
  'DescribeKey',
  'DisableKey',
  'EnableKey',
  'ListAliases',
  'ListKeyRotations',
  'RotateKeyOnDemand',
  'UpdateAlias',
];

/** What the aliases of an environment's keys begin with. */
export const keyAliasPrefix = (environment: string): string => `alias/weir-${environment}-`;

/** The alias of the key that seals the streams of a class; those of its other keys lie below it. */
export function keyAlias(keyClass: KeyClass): string {
  return `${keyAliasPrefix('local')}${keyClass}`;
}

/** The aliases of the local keys that sign: the checkpoints of the audit trail, and the manifests of replays. */
export const signingAliases = {
  audit: 'alias/weir-local-audit-signing',
  replay: 'alias/weir-local-replay-signing',
} as const;

/**
 * What each caller may do at the development KMS, taken from the topic table:
 * who writes a stream may get data keys of its class, who reads it may open
 * them. The notary signs checkpoints and replay manifests, each with a key of its
 * own, and an auditor gets the public keys. Nobody may do anything else.
 */
export function keyRules(name: CallerName): readonly KeyRule[] {
  if (name === 'admin') {
    return [{ operations: adminOperations, keys: ['*'] }];
  }
  const aliases = (side: 'writers' | 'readers'): readonly string[] => {
    const used = sealedStreamNames.filter((stream) => sealedStreams[stream][side].includes(name));
    return keyClasses
      .filter((keyClass) => used.some((stream) => sealedStreams[stream].keyClass === keyClass))
      .map(keyAlias);
  };
  const rules = [
    // All keys of a class: until the signal reaches it, a worker seals with a key that has just been replaced.
    { operations: ['GenerateDataKey'], keys: withThoseBelow(aliases('writers')) },
    { operations: ['Decrypt'], keys: withThoseBelow(aliases('readers')) },
    ...signingRules(name),
  ];
  return rules.filter((rule) => rule.keys.length > 0);
}

const withThoseBelow = (aliases: readonly string[]): readonly string[] =>
  aliases.flatMap((alias) => [alias, `${alias}/*`]);

function signingRules(role: Role): readonly KeyRule[] {
  switch (role) {
    case 'notary':
      return [{ operations: ['Sign', 'GetPublicKey'], keys: [signingAliases.audit] }];
    case 'replay':
      return [{ operations: ['Sign', 'GetPublicKey'], keys: [signingAliases.replay] }];
    case 'ops':
      return [{ operations: ['GetPublicKey'], keys: [signingAliases.audit, signingAliases.replay] }];
    case 'ingest':
    case 'detection':
    case 'alerting':
    case 'learner':
    case 'downstream':
      return [];
  }
}

/**
 * Answers the credentials of every caller, making those that are missing. They
 * live in `<home>/keys/callers.json` (0600), which the development KMS reads;
 * what each may do is written anew each time, so it follows the topic table.
 */
export function ensureCallers(home: string): {
  readonly file: string;
  readonly credentials: Readonly<Record<CallerName, Credentials>>;
} {
  const file = join(ensurePrivateFolder(home, 'keys'), 'callers.json');
  const known = existsSync(file) ? callerList.parse(JSON.parse(readFileSync(file, 'utf8'))) : [];
  const callers = [...roles, 'admin' as const].map((name) => {
    const { accessKeyId, secretAccessKey } = known.find((one) => one.name === name) ?? newCredentials(name);
    return { name, accessKeyId, secretAccessKey, allow: keyRules(name) };
  });
  writePrivateFile(file, `${JSON.stringify(callers, null, 2)}\n`);
  const credentials = Object.fromEntries(
    callers.map(({ name, accessKeyId, secretAccessKey }) => [name, { accessKeyId, secretAccessKey }]),
  ) as Record<CallerName, Credentials>;
  return { file, credentials };
}

/** The credentials of the caller that looks after the keys of the stack in this home; undefined where none was started. */
export function readAdminCredentials(home: string): Credentials | undefined {
  const file = join(home, 'keys', 'callers.json');
  if (!existsSync(file)) return undefined;
  const admin = callerList.parse(JSON.parse(readFileSync(file, 'utf8'))).find(({ name }) => name === 'admin');
  return admin && { accessKeyId: admin.accessKeyId, secretAccessKey: admin.secretAccessKey };
}

/** Named so that nobody takes them for credentials of AWS. */
function newCredentials(name: CallerName): Credentials {
  return {
    accessKeyId: `WEIRLOCAL_${name}_${randomBytes(4).toString('hex')}`,
    secretAccessKey: randomBytes(30).toString('base64url'),
  };
}
