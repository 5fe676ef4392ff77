import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WeirError } from '@weir/contracts';
import { z } from 'zod';
import { createLogger, loadConfig, type LogFields, type Logger, redactConfig } from '../index.ts';

function captured(level: 'info' | 'error' = 'info'): { log: Logger; lines: Record<string, unknown>[] } {
  const lines: Record<string, unknown>[] = [];
  const write = (line: string): void => void lines.push(JSON.parse(line) as Record<string, unknown>);
  return { log: createLogger({ service: 'detection', level, write }), lines };
}

/** The fields a log line prints of these, without those every line has. */
function printed(fields: LogFields): Record<string, unknown> {
  const { log, lines } = captured();
  log.info('a line', fields);
  const {
    level: _level,
    time: _time,
    service: _service,
    pid: _pid,
    message: _message,
    ...rest
  } = lines[0] ?? {};
  return rest;
}

test('a line is JSON with level, ISO time, service, message and its fields', () => {
  const { log, lines } = captured();
  log.warn('the partition is behind', {
    topic: 'transactions.received.v1',
    partition: 3,
    offset: '42',
    lagRecords: 7,
  });
  const { time, pid, ...rest } = lines[0] ?? {};
  assert.match(String(time), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assert.equal(pid, process.pid);
  assert.deepEqual(rest, {
    level: 'warn',
    service: 'detection',
    message: 'the partition is behind',
    topic: 'transactions.received.v1',
    partition: 3,
    offset: '42',
    lagRecords: 7,
  });
});

test('lines below the level are not written', () => {
  const { log, lines } = captured('error');
  log.info('quiet');
  log.error('loud');
  assert.deepEqual(
    lines.map((line) => line['message']),
    ['loud'],
  );
});

test('a child has its fields on every line', () => {
  const { log, lines } = captured();
  log.child({ partition: 3 }).child({ topic: 'a' }).info('a line', { count: 1 });
  assert.equal(lines[0]?.['partition'], 3);
  assert.equal(lines[0]?.['topic'], 'a');
  assert.equal(lines[0]?.['count'], 1);
});

test('fields outside the allow-list are counted and not named', () => {
  const transaction = { partition: 1, creditorName: 'Erika Mustermann', 'Max Mustermann': 1 };
  assert.deepEqual(printed(transaction), { partition: 1, droppedFields: 2 });
});

test('an inherited name is not on the allow-list', () => {
  assert.deepEqual(printed({ constructor: 'Erika', toString: 'Erika' } as LogFields), { droppedFields: 2 });
});

test('a field of another shape than its own is refused', () => {
  const wrong = {
    topic: 'Erika Mustermann',
    partition: 'Erika',
    count: 4_111_111_111_111_111,
    delayMs: Number.NaN,
    offset: '4111111111111111',
    reason: 'Erika Mustermann, Berlin',
    alertId: 'DE89370400440532013000',
    ready: 'Erika',
    config: { name: 'Erika' },
    keyArn: 'DE89370400440532013000',
    host: { name: 'Erika' },
  };
  const refusedFields = Object.fromEntries(Object.keys(wrong).map((name) => [name, '[refused]']));
  assert.deepEqual(printed(wrong as unknown as LogFields), refusedFields);
});

test('ids, keys and large counts pass whole', () => {
  const fields = {
    alertId: '0a'.repeat(32),
    logId: '11111111-1111-4111-8111-a11111111111',
    keyArn: 'arn:aws:kms:eu-central-1:000000000000:key/1f0c8b7e-0000-4000-8000-000000000000',
    artefact: 'baseline@3',
    transactionalId: 'weir-detection-received-12',
    endOffset: 999_999_999_999,
    reason: 'not_utf8',
  };
  assert.deepEqual(printed(fields), fields);
  assert.deepEqual(printed({ count: 5n }), { count: '5' });
});

test('a configuration is printed only as redactConfig made it', () => {
  const config = loadConfig(
    z.object({ TOKEN: z.string(), HOST: z.string() }),
    { TOKEN: 'a', HOST: 'h' },
    { secrets: ['TOKEN'] },
  );
  assert.deepEqual(printed({ config: redactConfig(config) }), { config: { TOKEN: '[set]', HOST: 'h' } });
  assert.deepEqual(printed({ config: { ...redactConfig(config) } }), { config: '[refused]' });
});

test('an error is printed by name, code, recovery, message and frames, its cause by name and code', () => {
  const cause = Object.assign(new Error('Erika Mustermann'), {
    code: 'ECONNREFUSED',
    record: 'Erika Mustermann',
  });
  const { error } = printed({ error: new WeirError('broker_unavailable', 'No broker answered.', { cause }) });
  const { stack, ...rest } = error as Record<string, unknown>;
  assert.deepEqual(rest, {
    name: 'WeirError',
    code: 'broker_unavailable',
    recovery: 'retry',
    message: 'No broker answered.',
    causes: ['Error ECONNREFUSED'],
  });
  assert.match(String(stack), /^at .*create-logger\.test\.ts:\d+:\d+/);
});

test('errors that quote their input are printed without their message', () => {
  const thrownBy = (operation: () => void): unknown => {
    try {
      operation();
    } catch (error) {
      return error;
    }
    return assert.fail('nothing was thrown');
  };
  for (const error of [
    thrownBy(() => void JSON.parse('Erika')),
    thrownBy(() => assert.equal('Erika', 'Max')),
    'Erika',
    { message: 'Erika' },
  ]) {
    assert.doesNotMatch(JSON.stringify(printed({ error })), /Erika/);
  }
});

test('a message of several lines leaves nothing in the stack', () => {
  const error = new TypeError('first\n    at Erika Mustermann (home:1:1)');
  const { stack } = printed({ error })['error'] as { stack: string };
  assert.doesNotMatch(stack, /Erika/);
});

test('a chain of causes is followed only so far, also where it is a ring', () => {
  const ring: Error & { cause?: unknown } = new Error('ring');
  ring.cause = ring;
  assert.equal((printed({ error: ring })['error'] as { causes: string[] }).causes.length, 5);
});

test('messages are literals: one put together from values is a type error', () => {
  const { log } = captured();
  const name: string = 'Erika';
  // @ts-expect-error -- any text
  log.info(name);
  // @ts-expect-error -- text with a value in it
  log.info(`unknown creditor ${name}`);
  // @ts-expect-error -- a field outside the allow-list
  log.info('a line', { creditorName: name });
  log.info(Math.random() < 2 ? 'one literal' : 'or another');
});
