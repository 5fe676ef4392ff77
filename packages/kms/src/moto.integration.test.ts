import { keyProviderContract } from './key-provider.contract.ts';
import { startMoto } from './start-moto.ts';

const owner = { accessKeyId: 'OWNER', secretAccessKey: 'secret-of-the-owner' };
const stranger = { accessKeyId: 'STRANGER', secretAccessKey: 'secret-of-the-stranger' };

keyProviderContract('moto', async () => ({ ...(await startMoto()), owner, stranger }), {
  'bytes that never were a wrapped key': 'kms_denied',
  'a wrapped key under another key': 'kms_denied',
  'a disabled key': 'accepted',
  'a key pending deletion': 'accepted',
  'a caller without permission': 'accepted',
  'a data key of a key that signs': 'accepted',
  'a signature by a disabled key': 'accepted',
  'a signature by a key pending deletion': 'accepted',
  'a signature for a caller without permission': 'accepted',
  'the public key of a key that wraps': 'accepted',
  'the digest of a message': 'hashed again',
});
