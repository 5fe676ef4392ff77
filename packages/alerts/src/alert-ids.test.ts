import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alertPartition, unusualAlertId } from './alert-ids.ts';

test('The alert id is the SHA-256 of the length-prefixed parts, as anybody can recompute', () => {
  // printf '\0\0\0\6bank-a\0\0\0\2a1\0\0\0\2t1' | sha256sum
  assert.equal(
    unusualAlertId({ tenant: 'bank-a', account: 'a1', identity: 't1' }),
    'd9aff6807c8d06a7964fd52bf9022352d78905c78860ebc6fe421e7f4d54d7ee',
  );
});

test('Parts that only together are the same text give different ids', () => {
  const one = unusualAlertId({ tenant: 'bank-a', account: 'a1', identity: 't1' });
  assert.notEqual(unusualAlertId({ tenant: 'bank-aa', account: '1', identity: 't1' }), one);
});

test('An alert always goes to the same partition, within range', () => {
  assert.equal(alertPartition(`ffffffff${'0'.repeat(56)}`, 4), 3);
  assert.equal(alertPartition(`00000006${'f'.repeat(56)}`, 4), 2);
});
