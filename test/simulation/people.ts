import { approveRelease, requestRelease } from '../../services/alerting/src/api/acts/release.ts';
import type { ApiPorts } from '../../services/alerting/src/api/api-ports.ts';
import type { Random } from '@weir/simulator';
import { WeirError } from '@weir/contracts';
import { pickAny } from './pick-any.ts';
import type { World } from './world.ts';

type ApiCaller = Parameters<typeof requestRelease>[1];

const mostAtOnce = 3;

const callerNamed = (name: string): ApiCaller => ({
  address: '127.0.0.1',
  token: {
    ...{ name, tenant: 'weir', source: 'desk', certificateSubject: null, expiresAt: null },
    scopes: ['alerts:read', 'alerts:release', 'alerts:approve'],
    sha256: '0'.repeat(64),
    createdAt: '2026-01-01T00:00:00.000Z',
  },
});
const callers = [callerNamed('anna'), callerNamed('bert'), callerNamed('carl')] as const;

/**
 * People ask at the API of some process for transactions of an alert to be let go, and others approve, each of
 * them now and then twice or at another process. They don't wait for an answer that nobody gives.
 */
export const releaseByPeople = async (world: World, random: Random): Promise<void> => {
  const alerts = (await world.alertStore.listAlerts({ limit: 1_000 })).filter(({ held }) => held > 0);
  for (let left = 1 + random.below(mostAtOnce); left > 0; left -= 1) {
    const alert = pickAny(random, alerts);
    const open = [...world.apis].filter(([process]) => process.isAlive());
    const api = pickAny(random, open);
    if (alert === undefined || api === undefined) return;
    const [asks, approves] = [random.pick(callers), random.pick(callers)];
    world.scheduler.note(`the release of alert ${alert.alertId.slice(0, 12)} is asked for`);
    const other = pickAny(random, open) ?? api;
    const asked = [api[0], other[0]];
    world.acts.add(asked);
    void release(alert.alertId, [api[1], asks], [other[1], approves]).finally(() => world.acts.delete(asked));
  }
};

async function release(
  alertId: string,
  [first, asks]: readonly [ApiPorts, ApiCaller],
  [second, approves]: readonly [ApiPorts, ApiCaller],
): Promise<void> {
  await attempt(() => requestRelease(first, asks, alertId, {}));
  await attempt(() => approveRelease(second, approves, alertId, {}));
}

/** Somebody who is told that it can't be done now leaves it. */
async function attempt(act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof WeirError) || error.recovery !== 'retry') throw error;
  }
}
