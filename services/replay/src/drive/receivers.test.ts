import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeTempFolder } from '@weir/testkit';
import { createReceiverBook } from './receivers.ts';

const folder = makeTempFolder('receivers');
const file = (name: string, text: string, mode = 0o600): string => {
  const path = join(folder, name);
  writeFileSync(path, text, { mode });
  chmodSync(path, mode);
  return path;
};
const secretUrl = 'https://staging.bank.example/hooks/T0SECRET';
const document = (...receivers: readonly object[]): string =>
  file('receivers.json', JSON.stringify(receivers));
const problemOf = (path: string): string => {
  try {
    createReceiverBook(path);
  } catch (error) {
    assert.ok(error instanceof Error && 'code' in error && error.code === 'config_invalid');
    assert.doesNotMatch(error.message, /SECRET/);
    return error.message;
  }
  return assert.fail('it was taken');
};

test('a receiver is found by its name, with what stands in files of their own', () => {
  const book = createReceiverBook(
    document(
      {
        name: 'staging',
        url: secretUrl,
        tokenFile: file('token', 's3cret\n'),
        caFile: file('ca', 'PEM\n', 0o644),
      },
      { name: 'here', url: 'http://127.0.0.1:8080/events', timeoutSeconds: 3 },
    ),
  );
  const { url, token, ca, timeoutMs } = book.find('staging') ?? assert.fail('not found');
  assert.deepEqual([url.href, token, ca, timeoutMs], [secretUrl, 's3cret', 'PEM', 30_000]);
  assert.deepEqual([book.find('here')?.token, book.find('here')?.timeoutMs], [undefined, 3_000]);
  assert.equal(book.problemOf('staging'), undefined);
  assert.equal(book.problemOf('other'), 'REPLAY_RECEIVERS_FILE: no receiver has this name');
});

test('where no file is configured there is no receiver', () => {
  const book = createReceiverBook(undefined);
  assert.equal(book.find('staging'), undefined);
  assert.equal(book.problemOf('staging'), 'REPLAY_RECEIVERS_FILE: not set');
});

test('what is changed in the files holds from then on, also where it can not be used any more', () => {
  const tokenFile = file('changing', 'one');
  const book = createReceiverBook(document({ name: 'staging', url: secretUrl, tokenFile }));
  file('changing', 'two');
  assert.equal(book.find('staging')?.token, 'two');
  document({ name: 'renamed', url: secretUrl });
  assert.equal(book.find('staging'), undefined);
  document({ name: 'staging', url: 'http://staging.bank.example/SECRET' });
  assert.match(book.problemOf('staging') ?? '', /^REPLAY_RECEIVERS_FILE: 0\.url: expected https/);
  assert.doesNotMatch(book.problemOf('staging') ?? '', /SECRET/);
});

test('a problem names the field and never what stands there', () => {
  const token = (name: string, text: string, mode?: number) => ({
    ...{ name: 'a', url: secretUrl },
    tokenFile: file(name, text, mode),
  });
  const one = (different: object) => document({ name: 'a', url: secretUrl, ...different });
  for (const [path, expected] of [
    [() => join(folder, 'none'), /REPLAY_RECEIVERS_FILE: the file can't be read \(ENOENT\)$/],
    [() => file('open.json', '[]', 0o644), /: others may use this file/],
    [() => file('broken.json', '[{"url":"SECRET"'), /: expected JSON$/],
    [() => file('empty.json', '[]'), /REPLAY_RECEIVERS_FILE: : /],
    [() => one({ name: 'Not a name SECRET' }), /: 0\.name: /],
    [() => one({ secret: 1 }), /: 0: /],
    [() => one({ url: 'ftp://SECRET' }), /: 0\.url: /],
    [() => one({ url: 'https://169.254.169.254/SECRET' }), /: 0\.url: the address is private or reserved/],
    [() => one({ url: 'https://ana:SECRET@staging.example/' }), /: 0\.url: expected no user and password$/],
    [() => one({ timeoutSeconds: 0 }), /: 0\.timeoutSeconds: /],
    [() => one({ tokenFile: 'SECRET' }), /: 0\.tokenFile: expected an absolute path$/],
    [() => one({ caFile: join(folder, 'none') }), /: 0\.caFile: the file can't be read \(ENOENT\)$/],
    [() => document(token('shared', 'SECRET', 0o640)), /: 0\.tokenFile: others may use this file/],
    [() => document(token('lines', 'SECRET\nSECRET\n')), /: 0\.tokenFile: expected one line/],
    [
      () => document({ name: 'a', url: secretUrl }, { name: 'a', url: secretUrl }),
      /: 1\.name: stands there twice$/,
    ],
  ] as const)
    assert.match(problemOf(path()), expected);
});
