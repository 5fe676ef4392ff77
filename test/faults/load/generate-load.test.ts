import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readOfferedTransaction } from '@weir/contracts';
import { createLoadGenerator } from './generate-load.ts';
import type { Send } from './generate-load.ts';

const nowMs = Date.parse('2026-01-01T00:00:00Z');
const sends = createLoadGenerator('test').take(20_000);
const ofKind = (kind: Send['kind']): Send[] => sends.filter((send) => send.kind === kind);
const accepts = ({ line }: Send): boolean => readOfferedTransaction(Buffer.from(line), nowMs, 0).ok;

test('a seed decides the stream, however it is cut into pieces', () => {
  const again = createLoadGenerator('test');
  assert.deepEqual([...again.take(1), ...again.take(7_000), ...again.take(12_999)], sends);
});

test('ingest accepts every line but the malformed ones', () => {
  for (const send of sends) assert.equal(accepts(send), send.kind !== 'malformed', send.line);
  for (const kind of ['fresh', 'repeat', 'conflict', 'malformed'] as const) {
    assert.ok(ofKind(kind).length > 5, `there are some that are ${kind}`);
  }
});

test('a repeat says an earlier line again, and a conflict another one under the same name', () => {
  const first = new Map(ofKind('fresh').map((send) => [send.transaction, send]));
  for (const repeat of ofKind('repeat')) {
    const original = first.get(repeat.transaction);
    assert.equal(repeat.line, original?.line);
    assert.ok(repeat.sequence > (original?.sequence ?? Infinity));
  }
  for (const conflict of ofKind('conflict')) {
    const original = first.get(conflict.transaction);
    assert.ok(original !== undefined && original.line !== conflict.line);
  }
});

test('the tail has one line for each account', () => {
  const tail = createLoadGenerator('test').touchAll();
  const accounts = tail.map(({ transaction }) => transaction?.split(' ')[0]);
  assert.equal(new Set(accounts).size, tail.length);
  assert.ok(tail.every(accepts));
});
