import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAddressGuard, isAllowEntry } from './address-guard.ts';

const nothingAllowed = createAddressGuard([]);

for (const [kind, addresses] of [
  ['private', ['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', 'fc00::1', 'fd12:3456::1']],
  ['loopback', ['127.0.0.1', '127.8.8.8', '::1']],
  ['unspecified', ['0.0.0.0', '0.1.2.3', '::']],
  ['link-local', ['169.254.1.1', 'fe80::1', 'fe80::1%eth0', 'fec0::1']],
  ['cloud metadata', ['169.254.169.254', 'fd00:ec2::254', '100.100.100.200', '168.63.129.16', '192.0.0.192']],
  ['carrier-grade NAT', ['100.64.0.1', '100.127.255.255']],
  ['multicast or broadcast', ['224.0.0.1', '239.255.255.255', '255.255.255.255', '240.0.0.1', 'ff02::1']],
  ['IPv4-mapped', ['::ffff:10.0.0.1', '::ffff:8.8.8.8', '::ffff:a9fe:a9fe']],
  ['IPv4-compatible', ['::7f00:1', '::10.0.0.1']],
  ['NAT64', ['64:ff9b::a9fe:a9fe', '64:ff9b:1::1']],
  ['6to4 or Teredo', ['2002:a9fe:a9fe::1', '2001:0:1::1', '192.88.99.1']],
  ['for documentation or tests', ['192.0.2.1', '198.51.100.7', '203.0.113.9', '198.18.0.1', '2001:db8::1']],
  ['no address', ['', 'localhost', '1.2.3', '0x7f.1', '1.2.3.4.5', '8.8.8.8%eth0', '2606:4700::1%eth0']],
] as const) {
  test(`What is ${kind} is refused`, () => {
    assert.deepEqual(
      addresses.filter((address) => !nothingAllowed.refuses('receiver.example', address)),
      [],
    );
  });
}

test('What anybody may be reached at is not refused', () => {
  const addresses = ['8.8.8.8', '1.1.1.1', '172.32.0.1', '100.63.255.255', '2606:4700::1111', '2a00:1450::1'];
  assert.deepEqual(
    addresses.filter((address) => nothingAllowed.refuses('receiver.example', address)),
    [],
  );
});

test('An address or a network allows what lies in it, and nothing beside it', () => {
  const guard = createAddressGuard(['10.1.0.0/16', '127.0.0.1', 'fd00:1::/32', '64:ff9b::808:808']);
  const refused = ['10.1.255.1', '10.2.0.1', '127.0.0.1', '127.0.0.2', 'fd00:1::5', 'fd00:2::5'].filter(
    (address) => guard.refuses('receiver.example', address),
  );
  assert.deepEqual(refused, ['10.2.0.1', '127.0.0.2', 'fd00:2::5']);
  assert.equal(guard.refuses('receiver.example', '64:ff9b::808:808'), false);
  assert.equal(guard.refuses('receiver.example', '64:ff9b::a9fe:a9fe'), true);
});

test('A host name allows private addresses under that name alone, and link-local ones never', () => {
  const guard = createAddressGuard(['SOC.bank.internal']);
  assert.equal(guard.refuses('soc.bank.internal', '10.0.0.7'), false);
  assert.equal(guard.refuses('soc.bank.internal', 'fd00::7'), false);
  assert.equal(guard.refuses('other.bank.internal', '10.0.0.7'), true);
  assert.equal(guard.refuses('soc.bank.internal', '169.254.169.254'), true);
  assert.equal(guard.refuses('soc.bank.internal', '::ffff:169.254.169.254'), true);
});

test('An entry is a name, an address or a network', () => {
  const entries = ['soc.bank.internal', 'localhost', '10.0.0.0/8', '::1', 'fd00::/8', '192.168.1.5'];
  assert.deepEqual(entries.filter(isAllowEntry), entries);
  for (const wrong of [
    '',
    '*',
    'http://x',
    '10.0.0.0/33',
    '10.0.0',
    '::1/129',
    'a b',
    '10.0.0.0/8/8',
    'x:80',
  ])
    assert.equal(isAllowEntry(wrong), false, wrong);
});
