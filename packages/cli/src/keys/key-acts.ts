import { keyClasses, streams, WeirError } from '@weir/contracts';
import type { KeyClass } from '@weir/contracts';
import type { AuditAct, AuditRecorder } from '@weir/audit';
import type { KeyAdmin, ManagedKey } from '@weir/kms';
import { CommandError, exitCodes } from '../exit-codes.ts';
import { streamsOf } from './key-work.ts';
import type { RollOver } from './roll-over-workers.ts';

/** As many as a configuration may name for a stream. */
const mostKeysPerClass = 16;

/** What looking after keys works with. */
export type KeyPorts = {
  readonly admin: Pick<KeyAdmin, 'create' | 'addAlias' | 'moveAlias' | 'rotate' | 'disable'>;
  /** The keys of a class as they are now: the one that seals first. */
  readonly keysOf: (keyClass: KeyClass) => Promise<readonly ManagedKey[]>;
  readonly aliasOf: (keyClass: KeyClass) => string;
  readonly recordBefore: AuditRecorder['recordBefore'];
  /** Who acts, and where. */
  readonly person: Pick<AuditAct, 'actor' | 'origin'>;
  /** Tells the workers at hand the keys as they are now, and has each roll over. None where they run elsewhere. */
  readonly takeOver: () => Promise<readonly RollOver[]>;
};

export type Acted = { readonly arn: string; readonly workers: readonly RollOver[] };

type Subject = {
  readonly action: AuditAct['action'];
  readonly id: string;
  readonly details: AuditAct['details'];
};

/**
 * Makes one more key of a class. Everybody may open with it from then on, and nothing is sealed
 * under it before it is rotated to. A class without any key gets its first, which seals.
 */
export async function createKey(ports: KeyPorts, keyClass: KeyClass): Promise<Acted> {
  const keys = await ports.keysOf(keyClass);
  if (keys.length >= mostKeysPerClass) {
    throw new CommandError(
      exitCodes.notAsItShouldBe,
      `${keyClass} has ${keys.length} keys, and no more may be in use together: delete disabled ones that nothing needs`,
    );
  }
  const alias = ports.aliasOf(keyClass);
  const next = Math.max(keys.length, ...keys.map((key) => numberOf(alias, key))) + 1;
  // The first has the alias of the class from the beginning: no interruption leaves a class without a key that seals.
  const newAlias = keys.length === 0 ? alias : `${alias}/${next}`;
  return recorded(ports, { action: 'key_created', id: newAlias, details: { keyClass } }, () =>
    ports.admin.create(newAlias),
  );
}

/** Gives the key that seals new material under its ARN: whoever opens needs nothing new. */
export async function rotateKey(ports: KeyPorts, keyClass: KeyClass): Promise<Acted> {
  const { arn } = await sealingKey(ports, keyClass);
  const details = { keyClass, newKey: false };
  return recorded(ports, { action: 'key_rotated', id: arn, details }, async () => {
    await ports.admin.rotate(arn);
    return arn;
  });
}

/**
 * Has another key seal, in two steps: first everybody may open with it, then it seals. Takes the
 * key that was made for it, or makes one. Said again it goes on where it was interrupted.
 *
 * Throws CommandError where a worker doesn't confirm the first step: it would refuse as foreign
 * what is sealed in the second.
 */
export async function rotateToNewKey(ports: KeyPorts, keyClass: KeyClass): Promise<Acted> {
  const sealing = await sealingKey(ports, keyClass);
  const alias = ports.aliasOf(keyClass);
  const isSpare = (key: ManagedKey): boolean =>
    key.state === 'Enabled' && numberOf(alias, key) > numberOf(alias, sealing);
  const spare = (await ports.keysOf(keyClass)).find((key) => key.arn !== sealing.arn && isSpare(key));
  if (spare === undefined && isOpenedOutside(keyClass)) {
    throw new CommandError(
      exitCodes.usage,
      `Subscribers open ${keyClass} by lists of their own: make the key with "weir keys create ${keyClass}", give its ARN to every one of them, then say this again`,
    );
  }
  const arn = spare?.arn ?? (await createKey(ports, keyClass)).arn;
  requireConfirmed(await ports.takeOver());
  const details = { keyClass, newKey: true, replaced: sealing.arn };
  return recorded(ports, { action: 'key_rotated', id: arn, details }, async () => {
    // The policy lets those who open in by the aliases below: without one nobody could open what it sealed.
    if (numberOf(alias, sealing) === 0) await ports.admin.addAlias(`${alias}/1`, sealing.arn);
    await ports.admin.moveAlias(alias, arn);
    return arn;
  });
}

/** Switches a key off. Whoever opens asks the KMS again at once where its worker is at hand. */
export async function disableKey(
  ports: KeyPorts,
  keyClass: KeyClass,
  key: { readonly arn: string; readonly records: number },
): Promise<Acted> {
  const { arn, records } = key;
  return recorded(ports, { action: 'key_disabled', id: arn, details: { keyClass, records } }, async () => {
    // Counting took its time, and somebody may have put it in its place meanwhile.
    await keyToDisable(ports, keyClass, arn);
    await ports.admin.disable(arn);
    return arn;
  });
}

/** The key of a class that is meant by an ARN, an id or an alias. Throws CommandError where it may not be disabled. */
export async function keyToDisable(ports: KeyPorts, keyClass: KeyClass, name: string): Promise<ManagedKey> {
  const keys = await ports.keysOf(keyClass);
  const key = keys.find(
    ({ arn, aliases }) => arn === name || arn.endsWith(`/${name}`) || aliases.includes(name),
  );
  if (key === undefined) throw new CommandError(exitCodes.usage, `${keyClass} has no such key`);
  // Nothing keeps two classes from sharing a key where others make the keys.
  const sealed = [keyClass, ...keyClasses].find((one) => key.aliases.includes(ports.aliasOf(one)));
  if (sealed !== undefined) {
    throw new CommandError(
      exitCodes.usage,
      `This key seals ${sealed}: put another in its place first, with "weir keys rotate ${sealed} --new-key"`,
    );
  }
  return key;
}

async function sealingKey(ports: KeyPorts, keyClass: KeyClass): Promise<ManagedKey> {
  const [first] = await ports.keysOf(keyClass);
  if (first?.aliases.includes(ports.aliasOf(keyClass))) return first;
  throw new CommandError(
    exitCodes.notAsItShouldBe,
    `No key has the alias ${ports.aliasOf(keyClass)}: make one with "weir keys create ${keyClass}"`,
  );
}

/**
 * An act that can't be recorded doesn't happen; how it ended is recorded, too. What is done at the KMS is
 * done, even where the workers can't be told of it.
 */
async function recorded(
  ports: KeyPorts,
  { action, id, details }: Subject,
  act: () => Promise<string>,
): Promise<Acted> {
  const begun = await ports.recordBefore({ ...ports.person, action, subject: { kind: 'key', id }, details });
  let arn: string;
  try {
    arn = await act();
  } catch (error) {
    const result = error instanceof CommandError ? 'refused' : 'failed';
    // By the code an auditor tells a refusal from a lost answer, which may have been a yes.
    const cause = error instanceof WeirError ? { code: error.code } : {};
    // What failed matters more than that its failure could not be recorded, too.
    await begun.end(result, cause).catch(() => undefined);
    throw error;
  }
  let workers: readonly RollOver[] = [];
  try {
    workers = await ports.takeOver();
  } finally {
    const confirmed = workers.filter(({ outcome }) => outcome === 'done').length;
    await begun.end('done', { key: arn, workers: workers.length, confirmed }).catch(() => {
      throw new CommandError(
        exitCodes.notAsItShouldBe,
        `${action} is done with ${arn}, but the audit trail says only that it began: don't say it again`,
      );
    });
  }
  return { arn, workers };
}

function requireConfirmed(workers: readonly RollOver[]): void {
  const missing = workers.filter(({ outcome }) => outcome !== 'done').map(({ worker }) => worker);
  if (missing.length === 0) return;
  throw new CommandError(
    exitCodes.tryAgain,
    `Nothing is sealed under the new key yet, because ${missing.join(', ')} did not confirm that it may open with it: see its log, then say this again`,
  );
}

/** The number in a key's alias below that of its class; 0 where it has none. */
function numberOf(alias: string, key: ManagedKey): number {
  const numbers = key.aliases.map((name) =>
    name.startsWith(`${alias}/`) ? Number(name.slice(alias.length + 1)) : 0,
  );
  return Math.max(0, ...numbers.filter(Number.isInteger));
}

const isOpenedOutside = (keyClass: KeyClass): boolean =>
  streamsOf(keyClass).some((name) => streams[name].readers.includes('downstream'));
