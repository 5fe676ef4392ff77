import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { sealEvents } from '@weir/envelope';
import {
  createManualClock,
  createMemoryKms,
  kekArn,
  sealerOver,
} from '../../envelope/src/key-provider.fixture.ts';
import { clearedEvent, clearedTransactionAt } from './fixtures/cleared-events.ts';
import { findPython } from './fixtures/find-python.ts';

const folder = fileURLToPath(new URL('../../../docs/consumers/', import.meta.url));
const vectorFile = new URL('../../envelope/vectors/v1.json', import.meta.url);

type Vector = {
  readonly name: string;
  readonly dataKey: string;
  readonly dekId: string;
  readonly kekRef: string;
  readonly wrapped: string;
  readonly context: Readonly<Record<string, string>>;
  readonly plaintext: string;
  readonly sealed: string;
};

/** A KMS that knows one data key, and hands it out for exactly what it was wrapped with. */
const driver = `
import json, sys
from base64 import urlsafe_b64encode
from open_envelope import open_cleared, open_envelope

def answer(case):
    def decrypt_data_key(kek_ref, wrapped, encryption_context):
        expected = case["encryptionContext"]
        if (kek_ref, wrapped.hex(), encryption_context) != (case["kekRef"], case["wrapped"], expected):
            raise ValueError("the KMS refuses")
        return bytes.fromhex(case["dataKey"])
    try:
        if "headers" in case:
            headers = {name: text.encode() for name, text in case["headers"].items()}
            value = bytes.fromhex(case["sealed"])
            return open_cleared(case["key"].encode(), value, headers, "test", {case["allowed"]}, decrypt_data_key)
        sealed = None if case["sealed"] is None else bytes.fromhex(case["sealed"])
        return open_envelope(sealed, case["context"], {case["allowed"]}, decrypt_data_key).hex()
    except Exception as error:
        return "refused: " + type(error).__name__

json.dump([answer(case) for case in json.load(sys.stdin)], sys.stdout)
`;

async function openInPython(cases: readonly unknown[]): Promise<readonly unknown[]> {
  const { stdout, stderr, status } = spawnSync(await findPython(), ['-c', driver], {
    cwd: folder,
    input: JSON.stringify(cases),
    encoding: 'utf8',
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1', PYTHONPATH: folder },
  });
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout) as unknown[];
}

const caseOf = (vector: Vector) => ({
  ...vector,
  allowed: vector.kekRef,
  encryptionContext: {
    app: 'weir',
    environment: vector.context['environment'],
    stream: vector.context['stream'],
    dekId: Buffer.from(vector.dekId, 'hex').toString('base64url'),
  },
});

const vectors = (JSON.parse(readFileSync(vectorFile, 'utf8')) as { sealed: Vector[] }).sealed;

test('the Python of the documentation opens every vector', async () => {
  const opened = await openInPython(vectors.map(caseOf));
  assert.deepEqual(
    opened,
    vectors.map(({ plaintext }) => plaintext),
  );
});

test('the Python of the documentation refuses what was changed, moved, cut or never sealed', async () => {
  const good = caseOf(vectors[1]!);
  const flipped = (at: number): string => {
    const bytes = Buffer.from(good.sealed, 'hex');
    bytes[at < 0 ? bytes.length + at : at]! ^= 1;
    return bytes.toString('hex');
  };
  const contexts = Object.keys(good.context).map((field) => ({
    ...good,
    context: { ...good.context, [field]: 'another' },
  }));
  const cases = [
    ...[0, 4, 5, 21, 53, 60, 140, -29, -17, -1].map((at) => ({ ...good, sealed: flipped(at) })),
    ...[0, 3, 20, 53, 100, 200, 300].map((bytes) => ({ ...good, sealed: good.sealed.slice(0, 2 * bytes) })),
    ...contexts,
    { ...good, allowed: 'arn:of:another:key' },
    { ...good, dataKey: 'ff'.repeat(32) },
    { ...good, sealed: Buffer.from('{"amountMinor":1299}').toString('hex') },
    { ...good, sealed: null },
  ];
  const opened = await openInPython(cases);
  for (const [index, outcome] of opened.entries())
    assert.match(String(outcome), /^refused: /, `case ${index}`);
});

test('the Python of the documentation opens a record as detection writes it', async () => {
  const kms = createMemoryKms();
  let asked: { dataKey: string; wrapped: string; encryptionContext: unknown } | undefined;
  const keyProvider = {
    ...kms.keyProvider,
    generateDataKey: async (request: Parameters<typeof kms.keyProvider.generateDataKey>[0]) => {
      const made = await kms.keyProvider.generateDataKey(request);
      asked = {
        dataKey: made.key.export().toString('hex'),
        wrapped: Buffer.from(made.wrapped).toString('hex'),
        encryptionContext: request.encryptionContext,
      };
      return made;
    },
  };
  const sealer = sealerOver({ keyProvider }, createManualClock(), { stream: 'cleared' });
  const cleared = clearedTransactionAt(2, 77);
  const options = { sealer, stream: 'cleared', environment: 'test', source: 'test' } as const;
  const [record] = await sealEvents(options, [clearedEvent(cleared)]);
  const { key, headers, value } = record!;
  const [opened] = await openInPython([
    { ...asked, key, headers, sealed: value.toString('hex'), kekRef: kekArn, allowed: kekArn },
  ]);
  assert.deepEqual(opened, cleared);
});
