import assert from 'node:assert/strict';
import { pbkdf2Sync } from 'node:crypto';
import { test } from 'node:test';
import { areAllTaken, upsertRequest } from './teach-kafka-users.ts';

const answer = (...users: readonly [name: string, error: number][]): Buffer => {
  const each = users.map(([name, error]) =>
    Buffer.concat([
      Buffer.from([name.length + 1]),
      Buffer.from(name),
      Buffer.from([error >> 8, error & 255, 0, 0]),
    ]),
  );
  const body = Buffer.concat([
    Buffer.from([0, 0, 0, 1, 0, 0, 0, 0, 0, users.length + 1]),
    ...each,
    Buffer.from([0]),
  ]);
  return Buffer.concat([Buffer.from([0, 0, 0, body.length]), body]);
};

test('a request has the bytes of AlterUserScramCredentials, version 0', () => {
  const salt = Buffer.alloc(24, 7);
  const salted = pbkdf2Sync('secret', salt, 4_096, 64, 'sha512').toString('hex');
  const head = '0033' + '0000' + '00000001' + 'ffff' + '00';
  const user = '03' + '6162' + '02' + '00001000' + '19' + salt.toString('hex') + '41' + salted + '00';
  const body = `${head}0102${user}00`;
  const length = (body.length / 2).toString(16).padStart(8, '0');
  assert.equal(upsertRequest({ ab: 'secret' }, () => salt).toString('hex'), length + body);
  assert.ok(!upsertRequest({ ab: 'secret' }).includes('secret'));
});

test('an answer is good where it names every user and refuses none', () => {
  assert.ok(areAllTaken(answer(['replay', 0], ['ops', 0]), 2));
  assert.ok(!areAllTaken(answer(['replay', 0], ['ops', 31]), 2));
  assert.ok(!areAllTaken(answer(['replay', 0]), 2));
  assert.ok(!areAllTaken(answer(['replay', 0], ['ops', 0]).subarray(0, -5), 2));
});
