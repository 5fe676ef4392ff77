import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { replaysOpenApiDocument } from '../../../replays/src/index.ts';
import { alertsOpenApiDocument } from '../alerts-openapi.ts';
import { openApiDocument } from '../openapi.ts';
import { problemOf } from '../door.ts';

type Document = { components: { schemas: Record<string, object> } };

for (const [name, document] of [
  ['door', openApiDocument()],
  ['API of alerts', alertsOpenApiDocument()],
  ['API of replays', replaysOpenApiDocument()],
] as const)
  test(`the document of the ${name} passes the validator of OpenAPI 3.1`, async () => {
    const result = await new Validator().validate(structuredClone(document));
    assert.deepEqual(result, { valid: true });
  });

test('what the API of alerts takes is published as it is taken', () => {
  const { schemas } = (alertsOpenApiDocument() as Document).components;
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  const act = ajv.compile(schemas['alertAct'] as object);
  assert.ok(act({ act: 'close', outcome: 'false_positive', reason: 'salary' }));
  assert.ok(!act({ act: 'close', reason: 'salary' }));
  assert.ok(!act({ act: 'acknowledge', outcome: 'false_positive' }));
});

test('the published schemas take what the door is offered and answers, and nothing that it would refuse', () => {
  const { schemas } = (openApiDocument() as Document).components;
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  const offered = ajv.compile(schemas['offeredTransaction'] as object);
  const transaction = {
    transactionId: 't-1',
    account: { iban: 'NL91ABNA0417164300' },
    creditDebitIndicator: 'DBIT',
    currency: 'EUR',
    amount: '12.34',
    eventTime: '2026-01-01T00:00:00Z',
  };
  assert.ok(offered(transaction), JSON.stringify(offered.errors));
  assert.ok(!offered({ ...transaction, note: 'surprise' }));
  const refused = ajv.compile(schemas['problem'] as object);
  assert.ok(refused(problemOf('too_large')), JSON.stringify(refused.errors));
});
