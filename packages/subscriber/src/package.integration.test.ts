import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { makeTempFolder } from '@weir/testkit';
import { publint } from 'publint';

const run = promisify(execFile);
const repository = fileURLToPath(new URL('../../..', import.meta.url));
const tool = (name: string): string => join(repository, 'node_modules/.bin', name);
const folder = makeTempFolder('package');
const built = join(folder, 'built');
const consumer = join(folder, 'consumer');
const installed = join(consumer, 'node_modules/@weir/subscriber');
let tarball: string;

type Manifest = { readonly dependencies: Readonly<Record<string, string>> };
const manifest = (): Manifest =>
  JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as Manifest;

const link = (name: string): void => {
  const place = join(consumer, 'node_modules', name);
  mkdirSync(dirname(place), { recursive: true });
  symlinkSync(join(repository, 'node_modules', name), place);
};

/** Builds, packs, and installs into a folder that knows nothing of the workspace, without asking a registry. */
before(async () => {
  await run(process.execPath, [fileURLToPath(new URL('../scripts/build.ts', import.meta.url)), built]);
  const { stdout } = await run('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: built });
  tarball = join(folder, stdout.trim());
  mkdirSync(installed, { recursive: true });
  await run('tar', ['-xzf', tarball, '--strip-components=1', '-C', installed]);
  writeFileSync(join(consumer, 'package.json'), '{ "type": "module" }');
  [...Object.keys(manifest().dependencies), '@types/node'].forEach(link);
});

test('the package asks for nothing that is not published, at exact versions', () => {
  const { dependencies } = manifest();
  assert.deepEqual(Object.keys(dependencies), [
    '@aws-sdk/client-kms',
    'card-validator',
    'currency-codes',
    'ibantools',
    'kafkajs',
    'zod',
  ]);
  for (const version of Object.values(dependencies)) assert.match(version, /^\d+\.\d+\.\d+$/);
});

test('the package holds what a subscriber needs and nothing of the rest of Weir', () => {
  const code = readFileSync(join(installed, 'index.js'), 'utf8');
  assert.ok(code.length < 110_000, `${code.length} bytes`);
  assert.equal(/(?:from|import\()\s*['"]@weir\//.test(code), false);
  for (const word of [
    'createSealer',
    'createPseudonymizer',
    'createProducer',
    'createPartitionTransactions',
    'auditEntry',
    'pino',
    'SignCommand',
    'ioredis',
  ]) {
    assert.ok(!code.includes(word), word);
  }
});

test('npm, Node and TypeScript find what the package says it exports', async () => {
  const { messages } = await publint({ pkgDir: installed, strict: true, pack: false });
  assert.deepEqual(messages, []);
  await run(tool('attw'), ['--profile', 'esm-only', '--no-color', tarball]);
});

test('a program outside of the workspace imports it and is type-checked against it, strictly', async () => {
  writeFileSync(
    join(consumer, 'program.ts'),
    `import { PositionMovedError, subscribe, SubscriptionError } from '@weir/subscriber';
import type { ClearedTransaction, Positions, ReleasedTransaction, SubscribeOptions } from '@weir/subscriber';

const positions: Positions = { load: async () => undefined };
const amounts: number[] = [];
const options: SubscribeOptions = {
  stream: 'cleared',
  groupId: 'ledger',
  environment: 'test',
  kafka: { brokers: ['127.0.0.1:1'] },
  kms: { region: 'eu-central-1', keyIds: ['alias/no-arn'] },
  positions,
  onTransaction: (event, { previous }) => {
    const amount: number = event.transaction.amountMinor;
    if (event.type === 'weir.transaction.released.v1') {
      const released: ReleasedTransaction = event;
      const who: string = released.release.requestedBy;
      if (who === '') throw new PositionMovedError();
    } else {
      const cleared: ClearedTransaction = event;
      // @ts-expect-error A cleared transaction is never held.
      if (cleared.verdict.outcome === 'held') throw new PositionMovedError();
    }
    amounts.push(amount, previous?.offset ?? 0);
  },
};
try {
  await subscribe(options);
} catch (error) {
  if (!(error instanceof SubscriptionError)) throw error;
  console.log(error.code);
}
`,
  );
  const strict = ['--strict', '--exactOptionalPropertyTypes', '--noUncheckedIndexedAccess', '--noEmit'];
  const target = ['--target', 'es2024', '--module', 'nodenext', '--types', 'node'];
  await run(tool('tsc'), [...strict, ...target, 'program.ts'], { cwd: consumer }).catch(
    (error: { readonly stdout: string }) => assert.fail(error.stdout),
  );
  const { stdout } = await run(process.execPath, ['program.ts'], { cwd: consumer });
  assert.equal(stdout.trim(), 'config_invalid');
});

test('a program that has loaded kafkajs before is told so, rather than left without its guards', async () => {
  const program = `await import('kafkajs'); await import('@weir/subscriber');`;
  await assert.rejects(
    run(process.execPath, ['--input-type=module', '--eval', program], { cwd: consumer }),
    /kafkajs was loaded before its guards/,
  );
});
