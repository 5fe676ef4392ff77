import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inOurWords } from './in-our-words.ts';

test("a worker's sentence names options where it named variables", () => {
  assert.equal(
    inOurWords('LEDGER_FILE says so; FORCE=true feeds it again, or name another SOURCE'),
    'the ledger says so; --force feeds it again, or name another --source',
  );
  assert.equal(
    inOurWords('MAPPING_FILE: is needed where INPUT_FILE is CSV'),
    '--mapping: is needed where FILE is CSV',
  );
});

test('a variable without an option is left as it is', () => {
  const word = 'KAFKA_BROKERS: is not set; INPUT_FILES and DATA_SOURCE are none of ours';
  assert.equal(inOurWords(word), word);
});
