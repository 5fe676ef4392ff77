import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { WeirError } from '@weir/contracts';
import type { ManagedKey } from '@weir/kms';
import { createKey, disableKey, keyToDisable, rotateKey, rotateToNewKey } from './key-acts.ts';
import type { KeyPorts } from './key-acts.ts';
import type { RollOver } from './roll-over-workers.ts';

/** Everything that happened, in order, in words. */
let happened: string[];
let keys: ManagedKey[];
let workers: RollOver['outcome'];
let trail: 'works' | 'is away';

const alias = 'alias/weir-local-held';
const update = (arn: string, change: (key: ManagedKey) => ManagedKey): void => {
  keys = keys.map((key) => (key.arn === arn ? change(key) : key));
};
const withAlias = (arn: string, name: string): void => {
  keys = keys.map((key) => ({ ...key, aliases: key.aliases.filter((one) => one !== name) }));
  update(arn, (key) => ({ ...key, aliases: [...key.aliases, name] }));
};

const ports: KeyPorts = {
  admin: {
    create: async (name) => {
      const arn = `arn/${keys.length + 1}`;
      happened.push(`made ${name}`);
      keys.push({ arn, state: 'Enabled', createdAtMs: keys.length, aliases: [name] });
      return arn;
    },
    addAlias: async (name, arn) => withAlias(arn, name),
    moveAlias: async (name, arn) => {
      happened.push(`${arn} seals`);
      withAlias(arn, name);
    },
    rotate: async (arn) => void happened.push(`rotated ${arn}`),
    disable: async (arn) => {
      happened.push(`disabled ${arn}`);
      update(arn, (key) => ({ ...key, state: 'Disabled' }));
    },
  },
  keysOf: async () =>
    keys.toSorted(
      (one, other) => Number(other.aliases.includes(alias)) - Number(one.aliases.includes(alias)),
    ),
  aliasOf: () => alias,
  person: { actor: { kind: 'person', name: 'ada' }, origin: 'laptop' },
  recordBefore: async ({ action, subject }) => {
    if (trail === 'is away') throw new WeirError('audit_unavailable', 'no notary');
    happened.push(`begun ${action} ${subject.id}`);
    return { requestId: '1', end: async (result) => void happened.push(`${result} ${action}`) };
  },
  takeOver: async () => {
    happened.push(`told ${keys.map(({ arn }) => arn).join(' ')}`);
    return [{ worker: 'detection', outcome: workers }];
  },
};

beforeEach(() => {
  happened = [];
  keys = [{ arn: 'arn/1', state: 'Enabled', createdAtMs: 0, aliases: [alias] }];
  workers = 'done';
  trail = 'works';
});

test('new material is recorded first, then made, then taken over', async () => {
  await rotateKey(ports, 'held');
  assert.deepEqual(happened, ['begun key_rotated arn/1', 'rotated arn/1', 'told arn/1', 'done key_rotated']);
});

test('a new key seals only after everybody was told that they may open with it', async () => {
  await rotateToNewKey(ports, 'held');
  assert.deepEqual(happened, [
    `begun key_created ${alias}/2`,
    `made ${alias}/2`,
    'told arn/1 arn/2',
    'done key_created',
    'told arn/1 arn/2',
    'begun key_rotated arn/2',
    'arn/2 seals',
    'told arn/1 arn/2',
    'done key_rotated',
  ]);
  const [sealing, before] = await ports.keysOf('held');
  assert.deepEqual(sealing?.aliases, [`${alias}/2`, alias]);
  assert.deepEqual(before?.aliases, [`${alias}/1`]);
});

for (const outcome of ['refused', 'unconfirmed'] as const) {
  test(`nothing is sealed under a new key while a worker has ${outcome} it, and the same command goes on`, async () => {
    workers = outcome;
    await assert.rejects(rotateToNewKey(ports, 'held'), /detection did not confirm/);
    assert.ok(!happened.some((line) => line.endsWith('seals')));
    workers = 'done';
    await rotateToNewKey(ports, 'held');
    assert.equal(happened.filter((line) => line.startsWith('made')).length, 1);
    assert.ok(happened.includes('arn/2 seals'));
  });
}

test('a rotation to a new key, said again when it is done, makes another', async () => {
  await rotateToNewKey(ports, 'held');
  await rotateToNewKey(ports, 'held');
  assert.deepEqual(
    (await ports.keysOf('held')).map(({ arn }) => arn),
    ['arn/3', 'arn/1', 'arn/2'],
  );
});

test('subscribers are told of a key of the cleared stream by a person, before it seals', async () => {
  await assert.rejects(rotateToNewKey(ports, 'cleared'), /weir keys create cleared/);
  assert.equal(happened.length, 0);
  await createKey(ports, 'cleared');
  await rotateToNewKey(ports, 'cleared');
  assert.ok(happened.includes('arn/2 seals'));
});

describe('an act that can not be recorded does not happen', () => {
  const acts: Readonly<Record<string, () => Promise<unknown>>> = {
    create: () => createKey(ports, 'held'),
    rotate: () => rotateKey(ports, 'held'),
    'rotate --new-key': () => rotateToNewKey(ports, 'held'),
    disable: () => disableKey(ports, 'held', { arn: 'arn/1', records: 0 }),
  };
  for (const [name, act] of Object.entries(acts)) {
    test(name, async () => {
      trail = 'is away';
      await assert.rejects(act, { code: 'audit_unavailable' });
      assert.ok(happened.every((line) => line.startsWith('told')));
    });
  }
});

test('an act that failed is on the trail as failed', async () => {
  const failing: KeyPorts = {
    ...ports,
    admin: { ...ports.admin, rotate: () => Promise.reject(new WeirError('kms_denied', 'no')) },
  };
  await assert.rejects(rotateKey(failing, 'held'), { code: 'kms_denied' });
  assert.deepEqual(happened, ['begun key_rotated arn/1', 'failed key_rotated']);
});

test('what is done at the KMS is on the trail as done, although the workers could not be told', async () => {
  await rotateToNewKey(ports, 'held');
  happened = [];
  const untold: KeyPorts = { ...ports, takeOver: () => Promise.reject(new Error('no space left')) };
  await assert.rejects(disableKey(untold, 'held', { arn: 'arn/1', records: 0 }), /no space left/);
  assert.deepEqual(happened, ['begun key_disabled arn/1', 'disabled arn/1', 'done key_disabled']);
});

test('whoever acts is told that an act is done whose end could not be recorded', async () => {
  const end = () => Promise.reject(new WeirError('audit_unavailable', 'no notary'));
  const endless: KeyPorts = { ...ports, recordBefore: async () => ({ requestId: '1', end }) };
  await assert.rejects(rotateKey(endless, 'held'), /is done with arn\/1.*don't say it again/);
});

test('a key that has come to seal while its records were counted is not disabled', async () => {
  await rotateToNewKey(ports, 'held');
  const { arn } = await keyToDisable(ports, 'held', 'arn/1');
  withAlias(arn, alias);
  happened = [];
  await assert.rejects(disableKey(ports, 'held', { arn, records: 0 }), /seals held/);
  assert.deepEqual(happened, ['begun key_disabled arn/1', 'refused key_disabled']);
});

test('a key that seals another class is not disabled', async () => {
  const shared: KeyPorts = { ...ports, aliasOf: (keyClass) => `alias/weir-local-${keyClass}` };
  await rotateToNewKey(shared, 'held');
  update('arn/1', (key) => ({ ...key, aliases: [...key.aliases, 'alias/weir-local-alerts'] }));
  await assert.rejects(keyToDisable(shared, 'held', 'arn/1'), /seals alerts/);
});

test('a key that seals is not disabled, and one that was replaced is found by each of its names', async () => {
  await assert.rejects(keyToDisable(ports, 'held', 'arn/1'), /seals held/);
  await rotateToNewKey(ports, 'held');
  for (const name of ['arn/1', '1', `${alias}/1`]) {
    assert.equal((await keyToDisable(ports, 'held', name)).arn, 'arn/1');
  }
  await assert.rejects(keyToDisable(ports, 'held', 'arn/9'), /no such key/);
});

test('a class has no more keys than a configuration may name', async () => {
  for (let made = 1; made < 16; made += 1) await createKey(ports, 'held');
  await assert.rejects(createKey(ports, 'held'), /has 16 keys/);
});

test('a class without any key gets one that seals', async () => {
  keys = [];
  await assert.rejects(rotateKey(ports, 'held'), /weir keys create held/);
  await createKey(ports, 'held');
  assert.deepEqual(keys[0]?.aliases, [alias]);
});
