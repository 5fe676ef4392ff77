import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { problemOf, type Problem } from '@weir/contracts';
import type { CommandContext } from '../../command-context.ts';
import { createTerminal } from '../../terminal/terminal.ts';
import { activate, approve, publish, rollBack } from './door-acts.ts';

type Asked = { readonly path: string; readonly token: string; readonly body: unknown };

const folder = mkdtempSync(join(tmpdir(), 'weir-rules-door-'));
const file = join(folder, 'payments.yaml');
const asked: Asked[] = [];
let answer: { readonly status: number; readonly body: unknown };
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const body: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    asked.push({ path: request.url ?? '', token: request.headers.authorization ?? '', body });
    response
      .writeHead(answer.status, { 'content-type': 'application/json' })
      .end(JSON.stringify(answer.body));
  });
});
let door: string;
let printed: string[];

before(async () => {
  writeFileSync(file, 'ref: payments@4\n');
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  door = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(() => {
  server.close();
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  printed = [];
  asked.length = 0;
});

const terminal = createTerminal({ out: process.stdout, error: process.stderr, nowMs: () => 0 });

const contextWith = (env: CommandContext['env'] = { WEIR_TOKEN: ' weir_ana\n' }): CommandContext => ({
  terminal: { ...terminal, print: (line) => void printed.push(line) },
  env,
  home: folder,
  exit: () => assert.fail('the command ends by itself'),
  stopping: new AbortController().signal,
});

const about = { ruleset: 'payments@4', digest: 'a'.repeat(64), publishedBy: 'ana', isKnown: false };
const told = { ruleset: 'payments@4', sequence: 7, positions: { 0: 3, 1: 9 } };

test('a file is published as it is, and what to do next is said', async () => {
  answer = { status: 201, body: about };
  await publish(file, { door }, contextWith());
  assert.deepEqual(asked, [
    { path: '/v1/rulesets', token: 'Bearer weir_ana', body: { document: 'ref: payments@4\n' } },
  ]);
  assert.match(printed.join(), /payments@4 is published by ana.*weir rules approve payments@4/);
  answer = { status: 200, body: { ...about, isKnown: true } };
  await publish(file, { door }, contextWith());
  assert.match(printed.join(), /was published already by ana.*Nothing has changed/);
});

test('approving, trying, bringing into force and taking back say what came of it', async () => {
  answer = { status: 200, body: { ...about, approvedBy: 'ben' } };
  await approve('payments@4', { door }, contextWith());
  assert.equal(asked[0]?.path, '/v1/rulesets/payments%404/approval');
  answer = { status: 200, body: told };
  const canary = { stage: 'canary', percent: 5 } as const;
  await activate('payments@4', { door, rollout: canary }, contextWith());
  assert.deepEqual(asked[1]?.body, { rollout: canary });
  await activate('payments@4', { door, rollout: { stage: 'shadow' } }, contextWith());
  await activate('payments@4', { door, rollout: undefined }, contextWith());
  assert.deepEqual(asked[3]?.body, {});
  answer = { status: 200, body: { ...told, ruleset: 'payments@1' } };
  await rollBack('payments@4', { door }, contextWith());
  assert.deepEqual(asked[4], {
    ...{ path: '/v1/rulesets/rollback', token: 'Bearer weir_ana', body: { leave: 'payments@4' } },
  });
  answer = { status: 200, body: { ...told, rollout: canary } };
  await rollBack('payments@3', { door }, contextWith());
  answer = { status: 200, body: { ruleset: null, sequence: null, positions: {} } };
  await rollBack('payments@4', { door }, contextWith());
  const where = '(activation 7, said in 2 partitions of the log)';
  assert.deepEqual(printed, [
    'payments@4 is approved by ben. To bring it into force: weir rules activate payments@4',
    `payments@4 decides from here on for 5 in a hundred accounts ${where}`,
    `payments@4 is tried from here on and decides nothing ${where}`,
    `payments@4 decides from here on, alone ${where}`,
    `payments@4 decides nothing; payments@1 decides from here on, alone ${where}`,
    `payments@3 decides nothing; payments@4 decides from here on for 5 in a hundred accounts ${where}`,
    'payments@4 decides nothing any more. Nothing has changed.',
  ]);
});

test('what the door refuses is told in a sentence, a wrong document by its lines, with a code for scripts', async () => {
  const problems = [{ line: 3, column: 9, path: 'holdAt', message: 'expected at most 1' }];
  const cases: readonly (readonly [Problem, number, RegExp])[] = [
    [
      problemOf('ruleset_invalid', { detail: 'no ruleset', problems }),
      78,
      /payments\.yaml:3:9 {2}holdAt: expected at most 1\nno ruleset \(ruleset_invalid\)$/,
    ],
    [
      problemOf('approver_is_publisher', { detail: "it was published by ana; ana can't approve it too" }),
      77,
      /published by ana; ana can't approve it too/,
    ],
    [
      problemOf('scope_missing', { detail: 'It needs rules:publish.' }),
      77,
      /may not be used for this\. It needs rules:publish/,
    ],
    [problemOf('version_taken'), 1, /exists with other content/],
    [problemOf('log_unavailable'), 75, /log can not be written/],
    [problemOf('request_malformed'), 64, /not what this address takes/],
  ];
  for (const [body, exitCode, message] of cases) {
    answer = { status: body.status, body };
    await assert.rejects(publish(file, { door }, contextWith()), { exitCode, message });
  }
  answer = { status: 200, body: { hello: 'I am a proxy' } };
  await assert.rejects(publish(file, { door }, contextWith()), { exitCode: 75, message: /no door of Weir/ });
  assert.deepEqual(printed, []);
});

test('without a token, without a door, or by plain HTTP over a network nothing is asked', async () => {
  const tries: readonly (readonly [string | undefined, CommandContext['env'], number, RegExp])[] = [
    [door, {}, 64, /Which token/],
    [undefined, { WEIR_TOKEN: 'weir_ana' }, 69, /--door/],
    ['http://bank.example:18443', { WEIR_TOKEN: 'weir_ana' }, 64, /https/],
    ['ftp://127.0.0.1', { WEIR_TOKEN: 'weir_ana' }, 64, /https/],
    ['http://127.0.0.1:1', { WEIR_TOKEN: 'weir_ana' }, 75, /gives no answer \(ECONNREFUSED\)/],
  ];
  for (const [address, env, exitCode, message] of tries) {
    const options = address === undefined ? {} : { door: address };
    await assert.rejects(approve('payments@4', options, contextWith(env)), { exitCode, message });
  }
  const tokenFile = join(folder, 'token');
  await assert.rejects(approve('payments@4', { door, tokenFile }, contextWith()), { exitCode: 64 });
  assert.deepEqual(asked, []);
});
