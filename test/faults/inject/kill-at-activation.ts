import type { Fault, FaultContext } from './fault-context.ts';
import { killAndStart } from './worker-faults.ts';

/** Some activations take no longer: what is killed behind them was not in the middle of anything. */
const mostTries = 5;
/** An activation begins, is told to each partition, and is decided by, within about this time. */
const aroundMs = 600;
const shortestPauseMs = 500;
/** Below the session timeout: it goes on with the partitions it had. */
const longestPauseMs = 3_000;

/**
 * Each detection process is killed around a change of rulesets or lists, one is stopped through another, and who
 * brings them into force is killed in the middle and has to say it again.
 */
export const killAtActivation: Fault = async (context) => {
  const { stack, changes, desk, random, sleep, say, expect } = context;
  const [first, second] = random.shuffle([stack.detection[0], stack.detection[1]]);
  if (first === undefined || second === undefined) throw new Error('there are two detection processes');
  for (const worker of [first, second]) {
    expect('rulesets or lists were about to change', await changes.untilChange());
    await sleep(random.between(0, aroundMs));
    await killAndStart(context, worker);
  }
  expect('rulesets or lists were about to change', await changes.untilChange());
  second.freeze();
  say(`${second.name} stopped (SIGSTOP)`);
  await sleep(random.between(shortestPauseMs, longestPauseMs));
  second.thaw();
  say(`${second.name} goes on (SIGCONT)`);
  const killed = await killDesk({ changes, desk, random, sleep });
  expect('who brings rulesets into force was killed in the middle', killed);
  if (killed) say('who brings rulesets into force killed in the middle');
};

async function killDesk({
  changes,
  desk,
  random,
  sleep,
}: Pick<FaultContext, 'changes' | 'desk' | 'random' | 'sleep'>): Promise<boolean> {
  for (let tries = 0; tries < mostTries; tries += 1) {
    if (!(await changes.untilChange())) return false;
    await sleep(random.between(0, Math.round(aroundMs / (tries + 1))));
    if (await desk.kill()) return true;
  }
  return false;
}
