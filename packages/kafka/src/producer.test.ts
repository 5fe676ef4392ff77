import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RecordMetadata } from 'kafkajs';
import { firstOffsetOf } from './producer.ts';

const answer = (changes: Partial<RecordMetadata> = {}): RecordMetadata => ({
  topicName: 't',
  partition: 2,
  errorCode: 0,
  baseOffset: '41',
  ...changes,
});

test('The offset of a send is the base offset of the partition it went to', () => {
  assert.equal(firstOffsetOf('t', 2, [answer()]), 41);
});

test('An answer that does not cover exactly the partition leaves the outcome unknown', () => {
  const answers = [
    [],
    [answer(), answer()],
    [answer({ partition: 3 })],
    [answer({ topicName: 'u' })],
    [answer({ errorCode: 6 })],
    [answer({ baseOffset: '-1' })],
    [{ topicName: 't', partition: 2, errorCode: 0 }],
    [undefined as unknown as RecordMetadata],
  ];
  for (const given of answers) {
    assert.throws(() => firstOffsetOf('t', 2, given), { code: 'publish_outcome_unknown' });
  }
});
