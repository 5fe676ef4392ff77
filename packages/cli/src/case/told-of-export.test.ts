import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toldOfExport } from './told-of-export.ts';

test('who has exported a case is told which keys go to its receiver, and what checks it by both', () => {
  const said = { file: 'case.zip.age', sha256: '5e'.repeat(32), records: 3, alerts: 1 };
  const told = toldOfExport(said, { sealedTo: 'age1q' }).join('\n');
  assert.match(told, /case verify case\.zip --key replay\.pem --audit-key audit\.pem/);
  assert.match(told, /audit public-key > audit\.pem/);
  assert.match(told, /age -d -i key\.txt case\.zip\.age/);
  assert.match(toldOfExport(said, { sealedTo: null }).join('\n'), /OPENED/);
});
