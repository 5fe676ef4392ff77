import { Decrypter, generateX25519Identity, identityToRecipient } from 'age-encryption';

/** Somebody who gets a case: a key pair of age, as `age-keygen` makes it. */
export async function newReceiver() {
  const identity = await generateX25519Identity();
  return {
    recipient: await identityToRecipient(identity),
    open: (sealed: Uint8Array): Promise<Uint8Array> => {
      const decrypter = new Decrypter();
      decrypter.addIdentity(identity);
      return decrypter.decrypt(sealed);
    },
  };
}
