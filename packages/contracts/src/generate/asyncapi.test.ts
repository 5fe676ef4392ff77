import assert from 'node:assert/strict';
import { test } from 'node:test';
import asyncapi from '@asyncapi/parser';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { events, encodePayload } from '../events.ts';
import { streamNames, streams, topicSpecifications } from '../streams.ts';
import { asyncApiDocument, payloadSchemas } from './asyncapi.ts';

test('the AsyncAPI document passes the AsyncAPI parser without an error', async () => {
  const { Parser } = asyncapi;
  const { document, diagnostics } = await new Parser().parse(JSON.stringify(asyncApiDocument(4)));
  assert.deepEqual(
    diagnostics
      .filter((found) => Number(found.severity) === 0)
      .map((found) => `${found.path.join('.')}: ${found.message}`),
    [],
  );
  assert.equal(document?.channels().length, streamNames.length);
});

test('the topics that are created are the topics of the document, with the same settings', () => {
  const document = asyncApiDocument(4) as {
    channels: Record<
      string,
      { address: string; bindings: { kafka: { partitions: number; topicConfiguration: object } } }
    >;
  };
  const documented = Object.values(document.channels).map(({ address, bindings }) => ({
    topic: address,
    partitions: bindings.kafka.partitions,
    ...bindings.kafka.topicConfiguration,
  }));
  const created = topicSpecifications({ logPartitions: 4, replicationFactor: 1 }).map(
    ({ topic, partitions, config }) => ({
      topic,
      partitions,
      'cleanup.policy': [config['cleanup.policy']],
      'retention.ms': Number(config['retention.ms']),
      'max.message.bytes': Number(config['max.message.bytes']),
    }),
  );
  assert.deepEqual(documented, created);
});

test('every stream has an event, and every event a stream', () => {
  const used = new Set(Object.values(events).map((event) => event.stream));
  assert.deepEqual([...used].toSorted(), [...streamNames].toSorted());
  assert.equal(new Set(Object.values(events).map((event) => event.type)).size, Object.keys(events).length);
  assert.ok(streams.rejected.maxMessageBytes >= streams.received.maxMessageBytes + 65_536);
});

test('the published JSON Schema accepts what Weir writes and refuses an unknown field', () => {
  const value = {
    tenant: 'demo',
    source: 'file',
    partition: 0,
    transactionId: 't-1',
    account: { iban: 'NL91ABNA0417164300' },
    creditDebitIndicator: 'DBIT' as const,
    currency: 'EUR',
    amountMinor: 1,
    eventTime: '2026-01-01T00:00:00.000Z',
    observedAt: '2026-01-01T00:00:00.000Z',
  };
  const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(
    payloadSchemas()['transactionReceived'] as object,
  );
  const written: unknown = JSON.parse(encodePayload(events.transactionReceived, value).toString());
  assert.ok(validate(written));
  assert.ok(!validate({ ...value, surprise: 1 }));
});

test('no topic takes a batch that grows beyond its limit once it is read', () => {
  const compression = topicSpecifications({ logPartitions: 4, replicationFactor: 1 }).map(
    ({ config }) => config['compression.type'],
  );
  assert.deepEqual(new Set(compression), new Set(['uncompressed']));
});
