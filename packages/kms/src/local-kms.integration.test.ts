import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLocalKms } from '@weir/local-kms';
import { type KmsUnderTest, keyProviderContract } from './key-provider.contract.ts';

const owner = { accessKeyId: 'OWNER', secretAccessKey: 'secret-of-the-owner' };
const stranger = { accessKeyId: 'STRANGER', secretAccessKey: 'secret-of-the-stranger' };

async function start(): Promise<KmsUnderTest> {
  const directory = await mkdtemp(join(tmpdir(), 'weir-kms-'));
  const kms = await startLocalKms({
    port: 0,
    keyFile: join(directory, 'keys.json'),
    callers: [
      { ...owner, name: 'owner', allow: [{ operations: ['*'], keys: ['*'] }] },
      { ...stranger, name: 'stranger', allow: [] },
    ],
    log: () => undefined,
  });
  const stop = async () => {
    await kms.close();
    await rm(directory, { recursive: true });
  };
  return { endpoint: kms.endpoint, owner, stranger, stop };
}

keyProviderContract('the local KMS', start);
