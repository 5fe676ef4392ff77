import { test } from 'node:test';
import fc from 'fast-check';
import { collect, cutInto } from '../fixtures/chunks.ts';
import { frameLines } from './frame-lines.ts';
import { createNdjsonFormat } from './ndjson-format.ts';

const honest = {
  transactionId: 't-1',
  account: { iban: 'NL91ABNA0417164300' },
  creditDebitIndicator: 'DBIT',
  amount: '12.34',
  currency: 'EUR',
  eventTime: '2026-01-14T10:00:00Z',
};

/** Honest records with one field replaced or added by anything JSON can say, and bytes that are no JSON at all. */
const line = fc.oneof(
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  fc.json().map((text) => Buffer.from(text)),
  fc
    .tuple(fc.constantFrom(...Object.keys(honest), '__proto__', 'constructor', 'extra'), fc.jsonValue())
    .map(([name, value]) =>
      Buffer.from(`${JSON.stringify(honest).slice(0, -1)},${JSON.stringify(name)}:${JSON.stringify(value)}}`),
    ),
  fc.nat(60_000).map((depth) => Buffer.from('['.repeat(depth))),
);

test('no bytes make the decoder throw, whole or cut', async () => {
  const format = createNdjsonFormat(0);
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 4 }), fc.array(fc.nat(500)), async (lines, cuts) => {
      const bytes = Buffer.concat(lines.flatMap((one) => [one, Buffer.from('\n')]));
      const records = await collect(format.records(frameLines(cutInto(bytes, cuts), 65_536)));
      for (const record of records) format.read(record.bytes, Date.UTC(2026, 1, 1));
    }),
  );
});
