import assert from 'node:assert/strict';
import { test } from 'node:test';
import { syslogFrame, syslogMessage } from './rfc5424.ts';

const record = {
  severity: 'critical',
  timeMs: Date.UTC(2025, 5, 15, 12, 0, 10),
  hostname: 'alerting-1.bank.example',
  msgId: 'first',
  parameters: [['alert', 'a1b2']],
  message: { kind: 'text', text: 'NL•• •••• 4300' },
} as const;

test('A message has the header, the structured data and the marked text of RFC 5424', () => {
  assert.equal(
    syslogMessage(record),
    '<82>1 2025-06-15T12:00:10.000Z alerting-1.bank.example weir - first [weir@32473 alert="a1b2"] \uFEFFNL•• •••• 4300',
  );
});

test('A text in a form of its own begins with its own mark', () => {
  const message = { kind: 'formatted', text: 'CEF:0|Weir' } as const;
  assert.ok(syslogMessage({ ...record, parameters: [], message }).endsWith(' first - CEF:0|Weir'));
});

test('What would end a value, a field or the line is escaped or taken away', () => {
  const message = syslogMessage({
    ...record,
    severity: 'low',
    hostname: 'two words\n',
    msgId: '',
    parameters: [['a', 'quote " bracket ] back \\ line\nend']],
    message: { kind: 'text', text: 'one\ntwo\u0000three' },
  });
  assert.equal(
    message,
    '<85>1 2025-06-15T12:00:10.000Z twowords weir - - [weir@32473 a="quote \\" bracket \\] back \\\\ line end"] \uFEFFone two three',
  );
});

test('A frame begins with its length in bytes, not in letters', () => {
  const frame = syslogFrame('•x');
  assert.equal(frame.toString('utf8'), '4 •x');
});
