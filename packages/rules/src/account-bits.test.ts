import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { accountPrefix, isCanaryAccount } from './account-bits.ts';

/** A pseudonym as ingest makes them: the first 16 bytes of an HMAC. */
function drawn(index: number): { readonly account: string; readonly bytes: Buffer } {
  const bytes = createHmac('sha256', 'a key').update(String(index)).digest().subarray(0, 16);
  return { account: `a1_${bytes.toString('base64url')}`, bytes };
}

test('the prefix of an account is the first six bytes of its pseudonym', () => {
  for (let index = 0; index < 200; index += 1) {
    const { account, bytes } = drawn(index);
    assert.equal(accountPrefix(account), bytes.subarray(0, 6).toString('hex'));
  }
});

test('an account is drawn by bytes 6 to 9 of its pseudonym', () => {
  for (let index = 0; index < 200; index += 1) {
    const { account, bytes } = drawn(index);
    const bucket = bytes.readUInt32BE(6) % 100;
    assert.equal(isCanaryAccount(account, bucket), false);
    assert.equal(isCanaryAccount(account, bucket + 1), true);
  }
});

test('of many accounts the share that was asked for is among the canaries', () => {
  const accounts = Array.from({ length: 20_000 }, (_, index) => drawn(index).account);
  for (const percent of [1, 5, 25, 50, 99]) {
    const share = accounts.filter((account) => isCanaryAccount(account, percent)).length / accounts.length;
    // Six standard deviations of a draw.
    const most = 6 * Math.sqrt((percent / 100) * (1 - percent / 100) * (1 / accounts.length));
    assert.ok(Math.abs(share - percent / 100) < most, `${String(percent)} %: ${String(share)}`);
  }
});

test('none is a canary of 0 percent, and what is no pseudonym is refused', () => {
  assert.equal(isCanaryAccount(drawn(1).account, 0), false);
  for (const no of ['', 'a1_', 'a1_AAAA', 'a1_!!!!!!!!!!!!!!!!!!!!!!']) {
    assert.throws(() => isCanaryAccount(no, 50), RangeError);
    assert.throws(() => accountPrefix(no), RangeError);
  }
});
