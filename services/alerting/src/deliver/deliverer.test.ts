import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Delivery } from '@weir/alerts';
import type { AlertStore } from '@weir/alert-store';
import { createMemoryAlertStore } from '@weir/alert-store/memory';
import { WeirError } from '@weir/contracts';
import type { Channel } from '../channels/channel.ts';
import { sampleNotifications } from '../fixtures/sample-notifications.ts';
import type { Notification } from '../notification.ts';
import { startDeliverer } from './deliverer.ts';
import type { DeliverObserver } from './deliverer.ts';
import { dueDelivery } from './fixtures/deliveries.ts';
import { plainColumns } from './fixtures/plain-columns.ts';
import { accepted, away, channelsOf, refused, scriptedReceiver } from './fixtures/scripted-receiver.ts';
import type { ScriptedReceiver } from './fixtures/scripted-receiver.ts';
import { createVirtualTime } from './fixtures/virtual-time.ts';
import type { VirtualTime } from './fixtures/virtual-time.ts';
import { createGoneReceivers } from './gone-receivers.ts';
import { createNotificationCache, encodeNotification } from './notification-cache.ts';
import { createOutages } from './outages.ts';

const startMs = Date.UTC(2025, 5, 15, 12);
const minuteMs = 60_000;

const [sample] = Object.values(sampleNotifications) as [Notification];

/** A store with deliveries in it, a clock, and processes that deliver. */
async function startWorld(
  receiversOf: (time: VirtualTime) => readonly ScriptedReceiver[],
  deliveries: readonly Partial<Delivery>[],
) {
  const time = createVirtualTime(startMs);
  const store = createMemoryAlertStore();
  const receivers = receiversOf(time);
  let channels = channelsOf(receivers);
  const told: string[] = [];
  const note =
    (what: string) =>
    ({ receiverId, lastCode }: Delivery): void =>
      void told.push(`${what} ${receiverId} ${lastCode ?? ''}`.trim());
  const observe: DeliverObserver = {
    attempted: (delivery) => note(delivery.state)(delivery),
    left: note('left'),
    leaseLost: note('lease lost'),
    waiting: ({ code }) => void told.push(`waiting ${code}`),
  };

  async function write(written: readonly Partial<Delivery>[]): Promise<void> {
    for (const [notificationId, ofOne] of Map.groupBy(
      written,
      (one) => one.notificationId ?? 'notification-1',
    ))
      await store.transaction((rows) =>
        rows.addNotification(
          {
            notificationId,
            groupId: 'group',
            alertIds: [],
            createdAtMs: startMs,
            sealed: encodeNotification({ ...sample, notificationId }),
          },
          ofOne.map((one) => dueDelivery({ createdAtMs: time.now(), ...one, notificationId })),
        ),
      );
  }
  await write(deliveries);

  /** A process of its own over the same store, whose clock may go wrong. */
  function startProcess(owner = 'process-1', seen: AlertStore = store, aheadMs = 0) {
    const common = { store: seen, channels: () => channels, now: () => time.now() + aheadMs };
    const process = startDeliverer({
      ...common,
      owner,
      clock: time.clock,
      random: () => 0.5,
      observe,
      readNotification: createNotificationCache({ stored: seen.notification, columns: plainColumns }),
      gone: createGoneReceivers({ ...common, owner }),
      outages: createOutages({
        ...common,
        columns: plainColumns,
        environment: 'test',
        onOutage: ({ receiverId }, count) => void told.push(`outage of ${receiverId} told to ${count}`),
        onTold: () => process.nudge(),
      }),
    });
    return process;
  }
  return {
    time,
    store,
    told,
    write,
    startProcess,
    setReceivers: (changed: readonly ScriptedReceiver[]) => {
      channels = channelsOf(changed);
    },
  };
}

const keyed = (receiverId: string, number: number): Partial<Delivery> => ({
  receiverId,
  deliveryKey: `${'a'.repeat(64)}-${number}-${receiverId}`,
});

test('Each target of a receiver gets what is due for it, with its key, and nothing is sent twice', async () => {
  let mail = undefined as ScriptedReceiver | undefined;
  const targets = ['0a1b2c3d', '4e5f6071'];
  const world = await startWorld(
    (time) => [(mail = scriptedReceiver(time, 'security', { name: 'mail', targets, maxParallel: 2 }))],
    targets.map((target) => ({ ...keyed('security', 1), channel: 'mail', target: target })),
  );
  const process = world.startProcess();
  await world.time.pass(10 * minuteMs);
  await process.stop();
  assert.deepEqual(mail?.sent.map(({ target }) => target).sort(), targets.toSorted());
  assert.ok(
    mail?.sent.every(({ deliveryKey, atMs }) => deliveryKey.endsWith('-1-security') && atMs === startMs),
  );
  assert.deepEqual(world.told, ['delivered security', 'delivered security']);
});

test('A receiver that hangs keeps no other waiting, and gets no more at a time than it can take', async () => {
  const hanging: ScriptedReceiver[] = [];
  const world = await startWorld(
    (time) => {
      hanging.push(scriptedReceiver(time, 'slow', { maxParallel: 2 }), scriptedReceiver(time, 'quick'));
      return hanging;
    },
    [...[1, 2, 3, 4].map((n) => keyed('slow', n)), ...[1, 2, 3].map((n) => keyed('quick', n))],
  );
  const [slow, quick] = hanging as [ScriptedReceiver, ScriptedReceiver];
  slow.answer = () => new Promise(() => undefined);
  const process = world.startProcess();
  await world.time.pass(1_000);
  assert.equal(quick.sent.length, 3);
  assert.equal(slow.sent.length, 2);
  // Twice its timeout: then they count as not taken, well before the lease ends.
  await world.time.pass(9_000);
  assert.deepEqual(
    world.told.filter((line) => line.includes('slow')),
    ['due slow overdue', 'due slow overdue'],
  );
  slow.answer = () => accepted;
  await world.time.pass(10 * minuteMs);
  assert.equal(world.told.filter((line) => line === 'delivered slow').length, 4);
  await process.stop();
});

test('A receiver that asks for time is left alone that long, with everything that waits for it', async () => {
  let receiver = undefined as ScriptedReceiver | undefined;
  const world = await startWorld(
    (time) => [(receiver = scriptedReceiver(time, 'chat', { maxParallel: 1 }))],
    [1, 2, 3].map((number) => keyed('chat', number)),
  );
  const chat = receiver as ScriptedReceiver;
  chat.answer = () => ({ kind: 'unavailable', code: 'http_status', status: 429, retryAfterMs: 120_000 });
  const process = world.startProcess();
  await world.time.pass(119_000);
  assert.equal(chat.sent.length, 1);
  chat.answer = () => accepted;
  await world.time.pass(5_000);
  assert.deepEqual(
    chat.sent.map(({ atMs }) => atMs - startMs >= 120_000),
    [false, true, true, true],
  );
  await process.stop();
});

test('What a process that was killed had begun is sent again under the same key once its lease has ended', async () => {
  let receiver = undefined as ScriptedReceiver | undefined;
  const world = await startWorld((time) => [(receiver = scriptedReceiver(time, 'chat'))], [keyed('chat', 1)]);
  const chat = receiver as ScriptedReceiver;
  // The receiver took it, and the process dies before it hears so.
  const killed: AlertStore = { ...world.store, settleDelivery: () => new Promise(() => undefined) };
  world.startProcess('killed', killed);
  await world.time.pass(1_000);
  assert.equal(chat.sent.length, 1);
  const process = world.startProcess('next');
  await world.time.pass(10_000);
  assert.equal(chat.sent.length, 1, 'its lease keeps others from it');
  await world.time.pass(10_000);
  assert.equal(chat.sent.length, 2);
  assert.equal(new Set(chat.sent.map(({ deliveryKey }) => deliveryKey)).size, 1);
  await world.time.pass(10 * minuteMs);
  assert.equal(chat.sent.length, 2);
  await process.stop();
});

test('A process that can not read in time what to send leaves it to the one that has it by then', async () => {
  let receiver = undefined as ScriptedReceiver | undefined;
  const world = await startWorld((time) => [(receiver = scriptedReceiver(time, 'chat'))], [keyed('chat', 1)]);
  const chat = receiver as ScriptedReceiver;
  const gate = Promise.withResolvers<typeof accepted>();
  chat.answer = () => gate.promise;
  const slow: AlertStore = {
    ...world.store,
    notification: async (notificationId) => {
      await world.time.clock.wait(16_000, new AbortController().signal);
      return world.store.notification(notificationId);
    },
  };
  const first = world.startProcess('first', slow);
  await world.time.pass(15_000);
  // The lease of the first has run out, and the second is about to send.
  const second = world.startProcess('second');
  await world.time.pass(2_000);
  assert.equal(chat.sent.length, 1);
  gate.resolve(accepted);
  await world.time.pass(minuteMs);
  assert.equal(chat.sent.length, 1);
  assert.deepEqual(world.told, ['lease lost chat', 'delivered chat']);
  await Promise.all([first.stop(), second.stop()]);
});

test('A process that comes too late to settle what another has taken over changes nothing', async () => {
  let receiver = undefined as ScriptedReceiver | undefined;
  const world = await startWorld((time) => [(receiver = scriptedReceiver(time, 'chat'))], [keyed('chat', 1)]);
  const chat = receiver as ScriptedReceiver;
  const gate = Promise.withResolvers<void>();
  const slow: AlertStore = {
    ...world.store,
    settleDelivery: async (...settled) => {
      await gate.promise;
      return world.store.settleDelivery(...settled);
    },
  };
  chat.answer = () => refused;
  const first = world.startProcess('first', slow);
  await world.time.pass(20_000);
  chat.answer = () => accepted;
  const second = world.startProcess('second');
  await world.time.pass(5_000);
  gate.resolve();
  await world.time.pass(1_000);
  assert.deepEqual(world.told, ['delivered chat', 'lease lost chat http_status']);
  assert.equal((await world.store.failedDeliveries(10)).length, 0);
  await Promise.all([first.stop(), second.stop()]);
});

test('Stopping starts nothing new and waits for what is under way', async () => {
  let receiver = undefined as ScriptedReceiver | undefined;
  const world = await startWorld(
    (time) => [(receiver = scriptedReceiver(time, 'chat'))],
    [keyed('chat', 1), keyed('chat', 2)],
  );
  const chat = receiver as ScriptedReceiver;
  const gate = Promise.withResolvers<typeof accepted>();
  chat.answer = () => gate.promise;
  const process = world.startProcess();
  await world.time.pass(10);
  const stopped = process.stop();
  await world.time.pass(10);
  gate.resolve(accepted);
  await stopped;
  assert.equal(chat.sent.length, 1);
  assert.deepEqual(world.told, ['delivered chat']);
});

test('What waits for a receiver that left the document is a dead letter that says so, and can be sent once it is back', async () => {
  const world = await startWorld((time) => [scriptedReceiver(time, 'chat')], []);
  const process = world.startProcess();
  await world.time.pass(1_000);
  world.setReceivers([]);
  await world.write([keyed('chat', 1)]);
  process.nudge();
  await world.time.pass(minuteMs);
  assert.deepEqual(world.told, ['left chat receiver_unknown', 'outage of chat told to 0']);
  const back = scriptedReceiver(world.time, 'chat');
  world.setReceivers([back]);
  assert.equal(await world.store.retryDeliveries(world.time.now(), 'all'), 1);
  process.nudge();
  await world.time.pass(minuteMs);
  assert.equal(back.sent.length, 1);
  await process.stop();
});

test('Everybody is told once that a receiver has left the document while something waited for it', async () => {
  const mail = (time: VirtualTime, id: string) => scriptedReceiver(time, id, { name: 'mail' });
  const world = await startWorld((time) => [mail(time, 'desk')], []);
  const process = world.startProcess();
  await world.time.pass(1_000);
  const renamed = mail(world.time, 'analysts');
  world.setReceivers([renamed]);
  await world.write([1, 2].map((number) => ({ ...keyed('desk', number), channel: 'mail' })));
  process.nudge();
  await world.time.pass(10 * minuteMs);
  assert.equal((await world.store.failedDeliveries(10)).length, 2);
  assert.deepEqual(
    renamed.sent.map(({ notification }) => [notification.failing?.receiverId, notification.failing?.code]),
    [['desk', 'receiver_unknown']],
  );
  await process.stop();
});

test('That an address was changed while something waited for it is told to the new one', async () => {
  const desk = (time: VirtualTime, target: string) =>
    scriptedReceiver(time, 'desk', { name: 'mail', targets: [target] });
  const world = await startWorld((time) => [desk(time, '0a1b2c3d')], []);
  const process = world.startProcess();
  await world.time.pass(1_000);
  const corrected = desk(world.time, '4e5f6071');
  world.setReceivers([corrected]);
  await world.write([{ ...keyed('desk', 1), channel: 'mail', target: '0a1b2c3d' }]);
  process.nudge();
  await world.time.pass(10 * minuteMs);
  assert.deepEqual(
    corrected.sent.map(({ notification }) => notification.failing?.code),
    ['target_unknown'],
  );
  await process.stop();
});

test('A receiver that fails for five minutes is told of by another channel, once, whoever restarts', async () => {
  const made: ScriptedReceiver[] = [];
  const world = await startWorld(
    (time) => {
      made.push(
        scriptedReceiver(time, 'hook'),
        scriptedReceiver(time, 'other-hook'),
        scriptedReceiver(time, 'mail', { name: 'mail' }),
      );
      return made;
    },
    [keyed('hook', 1)],
  );
  const [hook, otherHook, mail] = made as [ScriptedReceiver, ScriptedReceiver, ScriptedReceiver];
  hook.answer = () => away;
  let process = world.startProcess('one');
  await world.time.pass(4 * minuteMs + 59_000);
  assert.equal(mail.sent.length, 0);
  await world.time.pass(2_000);
  assert.deepEqual(
    mail.sent.map(({ notification }) => [notification.reason, notification.failing?.receiverId]),
    [['channel_failing', 'hook']],
  );
  assert.equal(mail.sent[0]?.notification.failing?.sinceMs, startMs);
  assert.equal(mail.sent[0]?.notification.failing?.code, 'ETIMEDOUT');
  await process.stop();
  process = world.startProcess('two');
  await world.time.pass(60 * minuteMs);
  assert.equal(mail.sent.length, 1);
  assert.equal(otherHook.sent.length, 0, 'its channel is the one that fails');

  hook.answer = () => accepted;
  await world.time.pass(60 * minuteMs);
  hook.answer = () => away;
  await world.write([{ ...keyed('hook', 2), notificationId: 'notification-2' }]);
  process.nudge();
  await world.time.pass(6 * minuteMs);
  assert.equal(mail.sent.length, 2, 'the next outage is told again');
  await process.stop();
});

test('A dead letter is told of at once, and where nobody else can be told it is still said', async () => {
  const made: ScriptedReceiver[] = [];
  const world = await startWorld(
    (time) => [made[0] ?? (made[made.push(scriptedReceiver(time, 'hook')) - 1] as ScriptedReceiver)],
    [keyed('hook', 1)],
  );
  const [hook] = made as [ScriptedReceiver];
  hook.answer = () => refused;
  const process = world.startProcess();
  await world.time.pass(61_000);
  assert.deepEqual(world.told, [
    'due hook http_status',
    'due hook http_status',
    'failed hook http_status',
    'outage of hook told to 0',
  ]);
  const [letter] = await world.store.failedDeliveries(10);
  assert.deepEqual([letter?.attempts, letter?.lastCode, letter?.lastStatus], [3, 'http_status', 404]);
  await process.stop();
});

test('A receiver that refuses some of what it gets is told of once an hour at most', async () => {
  const made: ScriptedReceiver[] = [];
  const world = await startWorld((time) => {
    if (made.length === 0)
      made.push(scriptedReceiver(time, 'hook'), scriptedReceiver(time, 'mail', { name: 'mail' }));
    return made;
  }, []);
  const [hook, mail] = made as [ScriptedReceiver, ScriptedReceiver];
  const process = world.startProcess();
  for (let number = 1; number <= 12; number += 1) {
    hook.answer = () => (number % 2 === 1 ? refused : accepted);
    await world.write([{ ...keyed('hook', number), notificationId: `notification-${number}` }]);
    process.nudge();
    await world.time.pass(15 * minuteMs);
  }
  assert.equal((await world.store.failedDeliveries(10)).length, 6);
  assert.deepEqual(
    mail.sent.map(({ atMs }) => Math.floor((atMs - startMs) / minuteMs)),
    [1, 61, 121],
  );
  await process.stop();
});

test('What one process could not deliver and another has delivered since is no outage', async () => {
  const made: ScriptedReceiver[] = [];
  const world = await startWorld((time) => {
    if (made.length === 0)
      made.push(scriptedReceiver(time, 'hook'), scriptedReceiver(time, 'mail', { name: 'mail' }));
    return made;
  }, []);
  const [hook, mail] = made as [ScriptedReceiver, ScriptedReceiver];
  let claims = 'one';
  const startAs = (owner: string) =>
    world.startProcess(owner, {
      ...world.store,
      claimDeliveries: async (claim) => (claims === owner ? world.store.claimDeliveries(claim) : []),
    });
  const processes = [startAs('one'), startAs('two')];
  const deliver = async (number: number): Promise<void> => {
    await world.write([{ ...keyed('hook', number), notificationId: `notification-${number}` }]);
    for (const process of processes) process.nudge();
    await world.time.pass(100);
  };
  await deliver(1);
  claims = 'two';
  hook.answer = () => away;
  await deliver(2);
  claims = 'one';
  hook.answer = () => accepted;
  await world.time.pass(20 * minuteMs);
  assert.deepEqual([hook.sent.length, mail.sent.length], [3, 0]);
  await Promise.all(processes.map((process) => process.stop()));
});

test('An outage that a process with a clock ahead has noted is told once by one that is behind, and so is the next', async () => {
  const made: ScriptedReceiver[] = [];
  const world = await startWorld((time) => {
    if (made.length === 0)
      made.push(scriptedReceiver(time, 'hook'), scriptedReceiver(time, 'mail', { name: 'mail' }));
    return made;
  }, []);
  const [hook, mail] = made as [ScriptedReceiver, ScriptedReceiver];
  const deliver = async (number: number): Promise<void> => {
    await world.write([{ ...keyed('hook', number), notificationId: `notification-${number}` }]);
    process.nudge();
    await world.time.pass(2 * minuteMs);
  };
  hook.answer = () => refused;
  let process = world.startProcess('ahead', world.store, 10 * minuteMs);
  await world.write([keyed('hook', 1)]);
  process.nudge();
  await world.time.pass(1_000);
  await process.stop();
  process = world.startProcess('behind');
  for (const number of [2, 3]) await deliver(number);
  await world.time.pass(70 * minuteMs);
  await deliver(4);
  assert.equal(mail.sent.length, 1);
  hook.answer = () => accepted;
  await deliver(5);
  hook.answer = () => away;
  await deliver(6);
  await world.time.pass(75 * minuteMs);
  assert.equal(mail.sent.length, 2);
  await process.stop();
});

test('While the KMS is away nothing counts against a receiver', async () => {
  let receiver = undefined as ScriptedReceiver | undefined;
  const world = await startWorld((time) => [(receiver = scriptedReceiver(time, 'chat'))], [keyed('chat', 1)]);
  let isAway = true;
  const store: AlertStore = {
    ...world.store,
    notification: async (id) => {
      if (isAway) throw new WeirError('kms_unavailable', 'away');
      return world.store.notification(id);
    },
  };
  const process = world.startProcess('one', store);
  await world.time.pass(20 * minuteMs);
  assert.deepEqual([...new Set(world.told)], ['waiting kms_unavailable']);
  isAway = false;
  await world.time.pass(minuteMs);
  assert.equal(receiver?.sent.length, 1);
  await process.stop();
});

test('A channel that breaks its promise and throws ends no process, and its delivery becomes a dead letter', async () => {
  const made: Channel[] = [];
  const world = await startWorld(
    (time) => {
      const broken = scriptedReceiver(time, 'chat');
      broken.answer = () => {
        throw new Error('a bug');
      };
      made.push(broken.channel);
      return [broken];
    },
    [keyed('chat', 1)],
  );
  const process = world.startProcess();
  await world.time.pass(5 * minuteMs);
  assert.equal(world.told.at(-2), 'failed chat channel_broken');
  await process.stop();
});

test('What no waiting helps against ends the loop', async () => {
  const world = await startWorld((time) => [scriptedReceiver(time, 'chat')], [keyed('chat', 1)]);
  const denied: AlertStore = {
    ...world.store,
    notification: async () => {
      throw new WeirError('kms_denied', 'denied');
    },
  };
  const process = world.startProcess('one', denied);
  const ended = assert.rejects(process.done, { code: 'kms_denied' });
  await world.time.pass(1_000);
  await ended;
  await process.stop();
});
