import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { cefLine } from './cef.ts';

test('A line of CEF has the header and the extension that its guide gives', () => {
  const line = cefLine({
    signatureId: 'unusual_transactions',
    name: '9,500.00 EUR out of NL•• •••• 4300',
    severity: 'high',
    extension: [
      ['rt', '1749988810000'],
      ['cs1', 'bank-a'],
      ['cs1Label', 'tenant'],
    ],
  });
  assert.equal(
    line,
    'CEF:0|Weir|Weir|1|unusual_transactions|9,500.00 EUR out of NL•• •••• 4300|8|rt=1749988810000 cs1=bank-a cs1Label=tenant',
  );
});

test('A pipe is escaped in the header alone, an equals sign in the extension alone, a backslash in both', () => {
  const line = cefLine({
    signatureId: 'a|b',
    name: 'c\\d=e\nf',
    severity: 'critical',
    extension: [['msg', 'g=h|i\\j\nk\rl\u0007m']],
  });
  assert.equal(line, 'CEF:0|Weir|Weir|1|a\\|b|c\\\\d=e f|10|msg=g\\=h|i\\\\j\\nk\\rl m');
});

test('Whatever a value holds, it is read back as it was, and no field is added', () => {
  const part = fc.string({ unit: fc.constantFrom('|', '=', '\\', '\n', '\r', 'a', ' ', 'é'), maxLength: 12 });
  fc.assert(
    fc.property(part, part, part, (name, first, second) => {
      const line = cefLine({
        signatureId: 's',
        name,
        severity: 'low',
        extension: [
          ['cs1', first],
          ['msg', second],
        ],
      });
      assert.doesNotMatch(line, /[\r\n]/);
      const { header, extension } = readCef(line);
      assert.deepEqual(header.slice(0, 4), ['CEF:0', 'Weir', 'Weir', '1']);
      assert.equal(header[5], name.replaceAll(/[\r\n]+/g, ' '));
      assert.deepEqual(extension, { cs1: first, msg: second });
    }),
  );
});

/** A reader of its own, letter by letter, as the guide describes the form. */
function readCef(line: string): { header: readonly string[]; extension: Readonly<Record<string, string>> } {
  const header: string[] = [];
  let at = 0;
  for (; header.length < 7; at += 1) {
    let field = '';
    for (; at < line.length && line[at] !== '|'; at += 1) {
      if (line[at] === '\\') at += 1;
      field += line[at] ?? '';
    }
    header.push(field);
  }
  const extension: Record<string, string> = {};
  const text = line.slice(at);
  const keys = [...text.matchAll(/(?:^| )(cs1|msg)=/g)];
  for (const [index, key] of keys.entries()) {
    const begins = key.index + key[0].length;
    const raw = text.slice(begins, keys[index + 1]?.index ?? text.length);
    extension[key[1] ?? ''] = raw.replaceAll(/\\([\\=nr])/g, (_, one: string) =>
      one === 'n' ? '\n' : one === 'r' ? '\r' : one,
    );
  }
  return { header, extension };
}
