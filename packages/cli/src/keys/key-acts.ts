import { streams } from '@weir/contracts';
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
  const newAlias = `${alias}/${Math.max(keys.length, ...keys.map((key) => numberOf(alias, key))) + 1}`;
  return recorded(ports, { action: 'key_created', id: newAlias, details: { keyClass } }, async () => {
    const arn = await ports.admin.create(newAlias);
    if (keys.length === 0) await ports.admin.addAlias(alias, arn);
    return { arn, workers: await ports.takeOver() };
  });
}

/** Gives the key that seals new material under its ARN: whoever opens needs nothing new. */
export async function rotateKey(ports: KeyPorts, keyClass: KeyClass): Promise<Acted> {
  const { arn } = await sealingKey(ports, keyClass);
  const details = { keyClass, newKey: false };
  return recorded(ports, { action: 'key_rotated', id: arn, details }, async () => {
    await ports.admin.rotate(arn);
    return { arn, workers: await ports.takeOver() };
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
    return { arn, workers: await ports.takeOver() };
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
    await ports.admin.disable(arn);
    return { arn, workers: await ports.takeOver() };
  });
}

/** The key of a class that is meant by an ARN, an id or an alias. Throws CommandError where it may not be disabled. */
export async function keyToDisable(ports: KeyPorts, keyClass: KeyClass, name: string): Promise<ManagedKey> {
  const keys = await ports.keysOf(keyClass);
  const key = keys.find(
    ({ arn, aliases }) => arn === name || arn.endsWith(`/${name}`) || aliases.includes(name),
  );
  if (key === undefined) throw new CommandError(exitCodes.usage, `${keyClass} has no such key`);
  if (key.aliases.includes(ports.aliasOf(keyClass))) {
    throw new CommandError(
      exitCodes.usage,
      `This key seals ${keyClass}: put another in its place first, with "weir keys rotate ${keyClass} --new-key"`,
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

/** An act that can't be recorded doesn't happen; how it ended is recorded, too. */
async function recorded(
  ports: KeyPorts,
  { action, id, details }: Subject,
  act: () => Promise<Acted>,
): Promise<Acted> {
  const begun = await ports.recordBefore({ ...ports.person, action, subject: { kind: 'key', id }, details });
  let acted: Acted;
  try {
    acted = await act();
  } catch (error) {
    // What failed matters more than that its failure could not be recorded, too.
    await begun.end('failed').catch(() => undefined);
    throw error;
  }
  const confirmed = acted.workers.filter(({ outcome }) => outcome === 'done').length;
  await begun.end('done', { key: acted.arn, workers: acted.workers.length, confirmed });
  return acted;
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
