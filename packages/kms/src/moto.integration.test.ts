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
});
