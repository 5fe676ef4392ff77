import { Encrypter } from 'age-encryption';
import { CommandError, exitCodes } from '../exit-codes.ts';

function sealerTo(recipient: string): Encrypter {
  const encrypter = new Encrypter();
  try {
    encrypter.addRecipient(recipient);
  } catch (cause) {
    throw new CommandError(exitCodes.usage, '--sealed-to: that is no public key of age (age1...)', { cause });
  }
  return encrypter;
}

/** Throws CommandError (64) for what is no public key of age. */
export function requireRecipient(recipient: string): void {
  sealerTo(recipient);
}

/** Seals bytes to whoever holds the key that belongs to it. */
export const sealTo = (recipient: string, bytes: Uint8Array): Promise<Uint8Array> =>
  sealerTo(recipient).encrypt(bytes);
