import type { Fault } from './fault-context.ts';

const shortestAwayMs = 200;
const longestAwayMs = 1_500;
const cuts = 5;
const slowMs = 250;
const slowForMs = 4_000;

export const killBroker: Fault = async ({ stack, random, sleep, say, expect }) => {
  expect('the broker ran and was killed', await stack.broker.kill());
  say('the broker killed');
  await sleep(random.between(shortestAwayMs, longestAwayMs));
  await stack.broker.start();
  say('the broker serves again');
};

export const cutKafka: Fault = async ({ stack, random, sleep, say, expect }) => {
  let cutInAll = 0;
  for (let cut = 0; cut < cuts; cut += 1) {
    const connections = await stack.broker.proxy.cut();
    cutInAll += connections;
    say(`${connections} connections to the broker cut`);
    await sleep(random.between(50, 1_000));
  }
  expect('connections to the broker were cut', cutInAll > 0);
};

export const delayKafka: Fault = async ({ stack, sleep, say, expect }) => {
  await stack.broker.proxy.delay(slowMs);
  say(`the broker answers ${2 * slowMs} ms later`);
  await sleep(slowForMs);
  expect('something to or from the broker had to wait', (await stack.broker.proxy.restore()) > 0);
  say('the broker is reached as before');
};
