import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createKafka } from '@weir/kafka';
import {
  ensureSecurity,
  partyFiles,
  pickFreePort,
  resolveHome,
  startKafkaBroker,
  teachKafkaUsers,
} from '@weir/local';
import { makeTempFolder } from '@weir/testkit';

test('a broker whose storage was made before there was a role lets it in once it was told, and the others as before', async () => {
  const home = makeTempFolder('kafka-users');
  const { folderOf, passwords } = await ensureSecurity({ home, folder: join(home, 'parties') });
  const { replay, ...before } = passwords;
  const security = { folder: folderOf('kafka'), innerPort: await pickFreePort() };
  const port = await pickFreePort();
  const broker = await startKafkaBroker({
    ...{ home: resolveHome(process.env), dataDir: join(home, 'data'), port, security },
    controllerPort: await pickFreePort(),
    passwords: before,
    onProgress: () => undefined,
  });
  const isLetIn = async (who: 'replay' | 'detection'): Promise<boolean> => {
    const { ca, cert, key } = partyFiles(folderOf(who));
    const [caPem, certPem, keyPem] = [ca, cert, key].map((file) => readFileSync(file, 'utf8'));
    const kafka = createKafka({
      brokers: [`127.0.0.1:${port}`],
      clientId: `weir-local-${who}`,
      tls: { ca: caPem ?? '', cert: certPem ?? '', key: keyPem ?? '' },
      sasl: { mechanism: 'scram-sha-512', username: who, password: passwords[who] },
      logger: () => undefined,
    });
    try {
      await kafka.hasTopic('any');
      return true;
    } catch (error) {
      assert.equal((error as { readonly code?: string }).code, 'config_invalid');
      return false;
    } finally {
      await kafka.close();
    }
  };
  try {
    assert.deepEqual([await isLetIn('replay'), await isLetIn('detection')], [false, true]);
    await teachKafkaUsers(security, { ...before, replay });
    await teachKafkaUsers(security, passwords);
    assert.deepEqual([await isLetIn('replay'), await isLetIn('detection')], [true, true]);
  } finally {
    await broker.stop(10_000);
  }
});
