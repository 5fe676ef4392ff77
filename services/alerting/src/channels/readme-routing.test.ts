import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { readRouting } from '@weir/alerts';
import { deliveryChannels } from '@weir/contracts';
import { readDocument } from '@weir/rulebook';

test('The receivers of the README are read as they stand there, and show every channel but mail and teams', () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const [, yaml = ''] = /^```yaml\n(receivers:.*?)^```$/ms.exec(readme) ?? [];
  const document = readDocument(yaml);
  assert.ok(document.ok);
  const read = readRouting(document.body);
  assert.deepEqual(read.ok ? [] : read.problems, []);
  assert.ok(read.ok);
  assert.deepEqual(
    new Set([...read.routing.receivers.map(({ channel }) => channel), 'mail', 'teams']),
    new Set(deliveryChannels),
  );
});
