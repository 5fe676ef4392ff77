import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startIngestStack, type IngestStack } from '../fixtures/ingest-stack.ts';
import { makeTokens, startDoor, type TestDoor } from '../fixtures/test-door.ts';

let stack: IngestStack;
let tokens: ReturnType<typeof makeTokens>;
let door: TestDoor;
let token: string;

before(async () => {
  stack = await startIngestStack();
  assert.equal((await stack.openLog()).code, 0);
  tokens = makeTokens(stack.folder);
  token = tokens.add({ name: 'bank' });
  door = await startDoor(stack, tokens.path);
});
after(async () => {
  await door?.stop();
  await stack?.stop();
});

const offered = (id: string, more: object = {}): string =>
  JSON.stringify({
    transactionId: id,
    account: { other: { id: 'account-1' } },
    creditDebitIndicator: 'DBIT',
    amount: '12.34',
    currency: 'EUR',
    eventTime: new Date(Date.now() - 60_000).toISOString(),
    ...more,
  });

type Items = {
  accepted: number;
  rejected: number;
  code?: string;
  items: { status: string; id?: string; errors?: object[] }[];
};

test('a transaction is answered 202 once it is in the log', async () => {
  const { status, body } = await door.ask({ token, body: offered('single-1') });
  assert.equal(status, 202, JSON.stringify(body));
  const found = await stack.transactions('http');
  assert.deepEqual(
    found.map(({ content }) => [content.tenant, content.transactionId]),
    [['bank', 'single-1']],
  );
  assert.ok((body as Items).items[0]?.id?.startsWith(`${found[0]?.id ?? ''}.`));
});
