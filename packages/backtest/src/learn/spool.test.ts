import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { FeatureValues } from '@weir/contracts';
import type { Waiting } from './spool-segment.ts';
import { createSpool } from './spool.ts';

const waitingAt = (offset: number, features: FeatureValues = { count: offset, ratio: null }): Waiting => ({
  isFraud: offset % 3 === 0,
  observation: {
    partition: 0,
    offset,
    eventTimeMs: 1_500_000_000_000 + offset,
    transaction: `t1_${Buffer.alloc(16, offset).toString('base64url')}`,
    account: `a1_${Buffer.alloc(16, offset + 1).toString('base64url')}`,
    counterparty: offset % 2 === 0 ? '' : '0123456789ab',
    currency: 'EUR',
    creditDebitIndicator: offset % 2 === 0 ? 'CRDT' : 'DBIT',
    features,
  },
});

function inFolder(work: (folder: string) => void): void {
  const parent = mkdtempSync(join(tmpdir(), 'weir-spool-'));
  try {
    work(join(parent, 'spool'));
  } finally {
    rmSync(parent, { recursive: true });
  }
}

test('observations come out as they went in, whatever of them rested in files', () => {
  inFolder((folder) => {
    const spool = createSpool(folder, 4);
    const all = Array.from({ length: 30 }, (_, offset) => waitingAt(offset));
    for (const one of all) spool.push(one);
    assert.equal(spool.size(), 30);
    assert.equal(spool.firstEventTimeMs(), 1_500_000_000_000);
    assert.deepEqual(
      all.map(() => spool.shift()),
      all,
    );
    assert.equal(spool.shift(), undefined);
  });
});

test('however many wait, no more than two segments of them are in memory', () => {
  inFolder((folder) => {
    const spool = createSpool(folder, 8);
    let most = 0;
    for (let offset = 0; offset < 1_000; offset += 1) {
      spool.push(waitingAt(offset % 200));
      most = Math.max(most, spool.rowsInMemory());
      if (offset % 3 === 0) spool.shift();
      most = Math.max(most, spool.rowsInMemory());
    }
    assert.ok(most <= 16, `${String(most)} rows in memory`);
    assert.equal(spool.size(), 1_000 - 334);
  });
});

test('features keep every bit that a journal keeps, and null is no number', () => {
  inFolder((folder) => {
    const spool = createSpool(folder, 2);
    const numbers = [0.1 + 0.2, 1 / 3, 2 ** 53 - 1, 5e-324, -1.7976931348623157e308, 0, -0];
    const features: FeatureValues = {
      ...Object.fromEntries(numbers.map((number, index) => [`n${String(index)}`, number])),
      none: null,
    };
    const inJournal = JSON.parse(JSON.stringify(features)) as FeatureValues;
    for (let offset = 0; offset < 5; offset += 1) spool.push(waitingAt(offset, features));
    for (let offset = 0; offset < 5; offset += 1)
      assert.deepEqual(spool.shift()?.observation.features, inJournal);
  });
});

test('features whose names change begin a segment of their own', () => {
  inFolder((folder) => {
    const spool = createSpool(folder, 8);
    const all = [waitingAt(0), waitingAt(1, { other: 1.5, count: 2 }), waitingAt(2)];
    for (const one of all) spool.push(one);
    assert.deepEqual(
      all.map(() => spool.shift()),
      all,
    );
  });
});

test('its files are removed as they are read, and with it', () => {
  inFolder((folder) => {
    const spool = createSpool(folder, 2);
    for (let offset = 0; offset < 20; offset += 1) spool.push(waitingAt(offset));
    const before = readdirSync(folder).length;
    for (let read = 0; read < 10; read += 1) spool.shift();
    assert.ok(readdirSync(folder).length < before);
    spool.close();
    assert.ok(!existsSync(folder));
  });
});

test('what a killed run left behind is not taken for its own', () => {
  inFolder((folder) => {
    const killed = createSpool(folder, 2);
    for (let offset = 0; offset < 20; offset += 1) killed.push(waitingAt(offset));
    const spool = createSpool(folder, 2);
    assert.ok(!existsSync(folder));
    assert.equal(spool.shift(), undefined);
  });
});
