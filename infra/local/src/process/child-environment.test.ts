import assert from 'node:assert/strict';
import { test } from 'node:test';
import { childEnvironment } from './child-environment.ts';

test('a child is told where things are and what is its own, and none of the secrets around it', () => {
  const around = {
    PATH: '/usr/bin',
    JAVA_HOME: '/jdk',
    TZ: undefined,
    GITHUB_TOKEN: 'secret',
    AWS_SESSION_TOKEN: 'secret',
    NODE_OPTIONS: '--require ./elsewhere.cjs',
    NODE_TEST_CONTEXT: 'child-v8',
  };
  assert.deepEqual(childEnvironment(around, { HTTP_PORT: '0' }), {
    PATH: '/usr/bin',
    JAVA_HOME: '/jdk',
    HTTP_PORT: '0',
  });
});

test("a child's own variable goes before what it inherits", () => {
  assert.deepEqual(childEnvironment({ TZ: 'Europe/Berlin' }, { TZ: 'UTC' }), { TZ: 'UTC' });
});
