import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTerminal } from './terminal.ts';

/** As much of a stream as a terminal uses, keeping what is written to it. */
function streamOf(isTTY: boolean) {
  const texts: string[] = [];
  const stream = { isTTY, columns: 40, write: (text: string) => texts.push(text) > 0 };
  return { stream: stream as unknown as NodeJS.WriteStream, texts };
}

function terminalOn(isTTY: boolean) {
  const out = streamOf(isTTY);
  const error = streamOf(isTTY);
  let nowMs = 0;
  const terminal = createTerminal({ out: out.stream, error: error.stream, nowMs: () => nowMs });
  return { terminal, out: out.texts, error: error.texts, wait: (byMs: number) => (nowMs += byMs) };
}

test('results go to standard output and the work to standard error, so that a pipe gets results alone', () => {
  const { terminal, out, error } = terminalOn(false);
  terminal.print('a result');
  terminal.say('being done');
  assert.deepEqual([out, error], [['a result\n'], ['being done\n']]);
});

test('elsewhere than on a terminal there is no colour, and a line of progress only now and then', () => {
  const { terminal, out, error, wait } = terminalOn(false);
  terminal.print('Both ledgers balance.');
  assert.deepEqual(out, ['Both ledgers balance.\n']);
  for (const line of ['one', 'two']) terminal.live(line);
  wait(5_000);
  terminal.live('three');
  assert.deepEqual(error, ['one\n', 'three\n']);
});

test('on a terminal the line of progress is replaced, cut to the width, and gone before a result', () => {
  const { terminal, error } = terminalOn(true);
  terminal.live('x'.repeat(100));
  terminal.live('two');
  terminal.print('a result');
  const clear = '\r\u001b[2K';
  assert.deepEqual(error, [clear + 'x'.repeat(39), `${clear}two`, clear]);
});
