import { streams } from '@weir/contracts';
import type { StreamName } from '@weir/contracts';
import { planInForce } from './control-records.ts';
import type { Fleet } from './fleet.ts';
import { detectionGroup, outsideLink, releasesGroup } from './world.ts';
import type { World } from './world.ts';

/** Whether a group has handled every record a read_committed reader sees of the stream. */
const isHandled = async (world: World, groupId: string, stream: StreamName): Promise<boolean> => {
  const kafka = world.kafka.connect(outsideLink);
  const { topic } = streams[stream];
  for (const { partition, next = 0 } of await kafka.groupPositions(groupId, topic)) {
    const last = await kafka.lastRecord(topic, partition);
    if (last !== undefined && last.offset >= next) return false;
  }
  return true;
};

/** Whether alerting's store stands behind every record of an input. */
const isTakenIn = async (world: World, stream: StreamName): Promise<boolean> => {
  const kafka = world.kafka.connect(outsideLink);
  const { topic } = streams[stream];
  for (const { partition } of await kafka.offsets(topic)) {
    const last = await kafka.lastRecord(topic, partition);
    const next = await world.alertStore.transaction((rows) => rows.position(topic, partition));
    if (last !== undefined && last.offset >= (next ?? 0)) return false;
  }
  return true;
};

/** Whether the outbox is on its topics, every alert was told, and nothing is on its way. */
const isTold = async ({ alertStore, isPatient }: World): Promise<boolean> => {
  const { outbox, deliveries } = await alertStore.counts();
  if (outbox > 0 || deliveries.some(({ state, count }) => state === 'due' && count > 0)) return false;
  const alerts = await alertStore.listAlerts({ limit: 1_000 });
  const groups = await alertStore.transaction((rows) =>
    rows.groupsOfAlerts(alerts.map(({ alertId }) => alertId)),
  );
  if (isPatient && groups.some(({ members }) => members.some(({ isOwed }) => isOwed))) return false;
  // A group that owes nobody anything is forgotten.
  return groups.every(({ members }) =>
    members.every(({ isOwed, toldRevision }) => !isOwed || toldRevision > 0),
  );
};

/** Whether every record of the log has been decided, and the windows stand where the log ends. */
export const isDecided = async (world: World): Promise<boolean> => {
  if (!(await isHandled(world, detectionGroup, 'received'))) return false;
  const store = world.windows.open(planInForce(world));
  for (const { partition, end } of await world.kafka.connect(outsideLink).offsets(streams.received.topic))
    if ((await store.position(partition))?.next !== end) return false;
  return true;
};

/** Whether the file is fed, every record decided, every approved release settled, and every alert told. */
export const isDrained = async (world: World, { slots }: Fleet): Promise<boolean> =>
  slots.every(({ role, process, isDone }) =>
    role === 'ingest' ? isDone : role !== 'upkeep' || process === undefined,
  ) &&
  // Who asks a process that died hears no answer; of the others each may still lead to a release.
  [...world.acts].every((asked) => asked.some((one) => !one.isAlive())) &&
  (await isDecided(world)) &&
  (await isHandled(world, releasesGroup, 'releases')) &&
  (await isTakenIn(world, 'held')) &&
  (await isTakenIn(world, 'rejected')) &&
  (await isTold(world));
