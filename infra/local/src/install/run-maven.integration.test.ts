import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { makeTempFolder } from '@weir/testkit';
import { runMaven } from './run-maven.ts';

/** Puts a stand-in for `mvn` in front of the PATH, or only an empty folder. */
function replaceMaven(context: TestContext, script: string | undefined): void {
  const { PATH = '' } = process.env;
  const folder = makeTempFolder('path');
  if (script !== undefined) writeFileSync(join(folder, 'mvn'), `#!/bin/sh\n${script}\n`, { mode: 0o700 });
  process.env['PATH'] = script === undefined ? folder : `${folder}:${PATH}`;
  context.after(() => {
    process.env['PATH'] = PATH;
  });
}

const fetchKafka = () =>
  runMaven({
    home: makeTempFolder('maven'),
    project: 'kafka.pom.xml',
    arguments: [],
    what: 'Kafka',
    onProgress: () => undefined,
  });

test('what Maven complains about is passed on, with where its log is', async (context) => {
  replaceMaven(context, 'echo "[INFO] Scanning"; echo "[ERROR] Could not resolve host"; exit 1');
  await assert.rejects(fetchKafka(), {
    code: 'install_failed',
    message:
      /^Maven could not fetch Kafka \(Could not resolve host\): .* its log is .*maven-kafka\.pom\.xml\.log$/,
  });
});

test('a machine without Maven is told to install it', async (context) => {
  replaceMaven(context, undefined);
  await assert.rejects(fetchKafka(), { code: 'maven_missing' });
});
