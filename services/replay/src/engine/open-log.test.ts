import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WeirError } from '@weir/contracts';
import type { ErrorCode } from '@weir/contracts';
import { createOpener, sealEvents } from '@weir/envelope';
import type { KafkaRecord } from '@weir/kafka';
import {
  createManualClock,
  createMemoryKms,
  kekArn,
  otherKekArn,
  sealerOver,
} from '../../../../packages/envelope/src/key-provider.fixture.ts';
import {
  receivedEvent,
  sampleTransaction,
} from '../../../../packages/verdicts/src/fixtures/sample-transactions.ts';
import { tryKeys } from '../plan/sample-range.ts';
import { openLog } from './open-log.ts';

const logId = '018f3b9e-0000-4000-8000-000000000000';
const clock = createManualClock();

/** A KMS whose other key can't be used, for the reason given. */
function createWorld(code: ErrorCode) {
  const kms = createMemoryKms();
  const keyProvider: typeof kms.keyProvider = {
    ...kms.keyProvider,
    decrypt: async (asked) => {
      if (asked.keyId === otherKekArn) throw new WeirError(code, 'not this one');
      return kms.keyProvider.decrypt(asked);
    },
  };
  const opener = createOpener({
    ...{ keyProvider, app: 'weir', environment: 'test', nowMs: clock.nowMs },
    allowedKeyIds: () => new Set([kekArn, otherKekArn]),
  });
  const seal = async (keyId: string, offset: number): Promise<KafkaRecord> => {
    const sealer = sealerOver(kms, clock, { stream: 'received', keyId });
    const [sealed] = await sealEvents({ sealer, stream: 'received', environment: 'test', source: '/test' }, [
      receivedEvent(sampleTransaction(offset)),
    ]);
    assert.ok(sealed !== undefined);
    const headers = Object.fromEntries(
      Object.entries(sealed.headers).map(([name, value]) => [name, Buffer.from(value)]),
    );
    const place = { topic: 'received', partition: 0, offset, timestampMs: 0 };
    return { ...place, key: Buffer.from(sealed.key), value: sealed.value, headers, repeatedHeaders: [] };
  };
  return { opening: { opener, environment: 'test' }, seal };
}

test('a key that was switched off keeps its own records closed, and says which they are', async () => {
  const { opening, seal } = createWorld('kms_key_disabled');
  const records = [await seal(kekArn, 3), await seal(otherKekArn, 4), await seal(kekArn, 5)];
  const opened = await openLog(opening, logId, records);
  assert.deepEqual(
    opened.map(({ record, decoded }) => [record.offset, decoded.offset, decoded.kind]),
    [
      [3, 3, 'transaction'],
      [4, 4, 'closed'],
      [5, 5, 'transaction'],
    ],
  );
  const [, closed] = opened;
  assert.equal(closed?.decoded.kind === 'closed' && closed.decoded.keyRef, otherKekArn);
});

test('a KMS that is away closes nothing: the run waits for it', async () => {
  const { opening, seal } = createWorld('kms_unavailable');
  const records = [await seal(otherKekArn, 0)];
  await assert.rejects(openLog(opening, logId, records), { code: 'kms_unavailable' });
});

test('a plan names the keys of its range, and which of them can not be used', async () => {
  const { opening, seal } = createWorld('kms_key_pending_deletion');
  const records = [await seal(kekArn, 0), await seal(otherKekArn, 1), await seal(kekArn, 2)];
  assert.deepEqual(await tryKeys(opening, 'received', records), [
    { keyRef: kekArn, usable: true },
    { keyRef: otherKekArn, usable: false, problem: 'kms_key_pending_deletion' },
  ]);
});
