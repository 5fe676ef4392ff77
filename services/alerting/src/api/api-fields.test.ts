import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apiFields } from './api-fields.ts';

test('what one person may let go alone is said by currency, in minor units, and nothing else is taken', () => {
  const read = (text: string) => apiFields.RELEASE_ALONE_UP_TO.safeParse(text);
  assert.deepEqual(read('EUR:100000, USD:5').data, { EUR: 100_000, USD: 5 });
  for (const wrong of [
    '',
    'EUR',
    'EUR:',
    'EUR:1.5',
    'EUR:-1',
    'EURO:1',
    'XXX:1',
    'EUR:1,EUR:2',
    'EUR:1;USD:1',
  ])
    assert.equal(read(wrong).success, false, wrong);
  assert.equal(apiFields.RELEASE_ALONE_UP_TO.parse(undefined), undefined);
});
