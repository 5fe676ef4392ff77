import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { describeConfig, durationMs, kafkaFields, kmsFields, secretText, workerFields } from '../index.ts';

test('a schema becomes a table of variable, type, default and meaning', () => {
  const schema = z.object({
    BATCH_LINGER_MS: durationMs(30, { maxMs: 1_000 }).describe('How long a batch waits | at most.'),
    TOKEN: secretText().describe('Said before.').optional(),
    MODE: z.enum(['a', 'b']).default('a').describe('Which.'),
    NAME: z.string().describe('Who.'),
  });
  assert.equal(
    describeConfig(schema),
    [
      '| Variable | Type | Default | Meaning |',
      '| --- | --- | --- | --- |',
      '| `BATCH_LINGER_MS` | whole milliseconds, 0 to 1000 | `30` | How long a batch waits \\| at most. |',
      '| `TOKEN` | secret text | unset | Said before. |',
      '| `MODE` | one of a, b | `a` | Which. |',
      '| `NAME` | text | required | Who. |',
      '',
    ].join('\n'),
  );
});

test('the shared fields are all described', () => {
  const schema = z.object({ ...workerFields, ...kafkaFields, ...kmsFields });
  const rows = describeConfig(schema).trimEnd().split('\n');
  assert.equal(rows.length, 2 + Object.keys(schema.shape).length);
});

test('a variable without a meaning is a bug', () => {
  assert.throws(() => describeConfig(z.object({ NAME: z.string() })), TypeError);
});
