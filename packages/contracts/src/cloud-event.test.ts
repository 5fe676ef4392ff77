import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readEventHeaders, writeEventHeaders } from './cloud-event.ts';

const attributes = {
  id: 't1_AAAAAAAAAAAAAAAAAAAAAA',
  type: 'weir.transaction.received.v1',
  dataSchema: 'urn:weir:schema:transaction:1',
  time: '2026-01-01T00:00:00.000Z',
  tenant: 'demo',
};
const raw = (changed: Record<string, string | undefined> = {}) =>
  Object.fromEntries(
    Object.entries({ ...writeEventHeaders(attributes, '/weir/ingest'), ...changed }).map(([name, value]) => [
      name,
      value === undefined ? undefined : Buffer.from(value),
    ]),
  );

test('attributes that are written are read back, and unknown headers change nothing', () => {
  assert.deepEqual(readEventHeaders(raw()), { ok: true, attributes });
  assert.deepEqual(readEventHeaders(raw({ verdict: 'cleared' })), { ok: true, attributes });
});

for (const [what, changed, header] of [
  ['a missing id', { ce_id: undefined }, 'ce_id'],
  ['another version of the specification', { ce_specversion: '0.3' }, 'ce_specversion'],
  ['another content type', { 'content-type': 'application/json' }, 'content-type'],
  ['a local time', { ce_time: '2026-01-01T00:00:00' }, 'ce_time'],
  ['a tenant that is no slug', { ce_tenant: 'Bank of X' }, 'ce_tenant'],
  ['a control character', { ce_id: 'a\nb' }, 'ce_id'],
  ['an endless id', { ce_id: 'x'.repeat(257) }, 'ce_id'],
] as const) {
  test(`${what} is refused, naming the header`, () => {
    assert.deepEqual(readEventHeaders(raw(changed)), { ok: false, header });
  });
}
