import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WeirError } from '@weir/contracts';
import type { BatchControl } from '@weir/kafka';
import { deliver } from './deliver.ts';
import type { Mail, MailOutcome } from './mailer.ts';

const mailOf = (name: string): Mail => ({
  alertId: name,
  deliveryKey: `${name}-1-mail`,
  subject: '',
  text: '',
  html: '',
});

/** A relay that answers by mail and recipient, and a group that goes on. */
function relay(answer: (sending: string) => MailOutcome) {
  const sent: string[] = [];
  let stopping = false;
  const control: BatchControl = {
    heartbeat: async () => undefined,
    stopping: () => stopping,
    revoked: () => false,
    commit: async () => undefined,
  };
  return {
    sent,
    stop: () => {
      stopping = true;
    },
    deliver: (mails: readonly Mail[], delivered: Set<string>, recipients: readonly string[] = ['a@b']) =>
      deliver(
        {
          mailer: {
            send: async ({ alertId }, recipient) => {
              sent.push(`${alertId} ${recipient}`);
              return answer(`${alertId} ${recipient}`);
            },
          },
          recipients,
          limits: { maxRecordsPerRun: 50, maxParallelMails: 2 },
          observe: { tookOver: () => undefined, mailed: () => undefined, stepDone: () => undefined },
        },
        mails,
        delivered,
        control,
      ),
  };
}

const accepted: MailOutcome = { kind: 'accepted' };
const refused: MailOutcome = { kind: 'refused', code: 'EENVELOPE', status: 550 };
const isUnavailable = (error: unknown): boolean =>
  error instanceof WeirError && error.code === 'mail_unavailable' && error.recovery === 'retry';

test('Every recipient gets every mail', async () => {
  const { deliver, sent } = relay(() => accepted);
  assert.equal(await deliver([mailOf('one'), mailOf('two')], new Set(), ['a@b', 'c@d']), true);
  assert.deepEqual(sent, ['one a@b', 'one c@d', 'two a@b', 'two c@d']);
});

test('A mail that is refused for good is never left out, and keeps no other mail from its reader', async () => {
  const { deliver, sent } = relay((sending) => (sending === 'two a@b' ? refused : accepted));
  const mails = ['one', 'two', 'three'].map(mailOf);
  await assert.rejects(deliver(mails, new Set()), isUnavailable);
  assert.deepEqual(sent, ['one a@b', 'two a@b', 'three a@b']);
});

test('Trying again repeats only what the relay did not take', async () => {
  let isAway = true;
  const { deliver, sent } = relay((sending) => (sending === 'two a@b' && isAway ? refused : accepted));
  const mails = ['one', 'two', 'three'].map(mailOf);
  const delivered = new Set<string>();
  await assert.rejects(deliver(mails, delivered), isUnavailable);
  isAway = false;
  sent.length = 0;
  assert.equal(await deliver(mails, delivered), true);
  assert.deepEqual(sent, ['two a@b']);
});

test('A worker that is being stopped starts no further mails and says that it is not done', async () => {
  const one = relay(() => {
    one.stop();
    return accepted;
  });
  assert.equal(await one.deliver(['one', 'two', 'three'].map(mailOf), new Set()), false);
  assert.deepEqual(one.sent, ['one a@b', 'two a@b']);
});
