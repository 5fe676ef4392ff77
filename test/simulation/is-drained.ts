import { streams } from '@weir/contracts';
import type { StreamName } from '@weir/contracts';
import { planInForce } from './control-records.ts';
import type { Fleet } from './fleet.ts';
import { alertingGroup, detectionGroup, outsideLink } from './world.ts';
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

/** Whether every record of the log has been decided, and the windows stand where the log ends. */
export const isDecided = async (world: World): Promise<boolean> => {
  if (!(await isHandled(world, detectionGroup, 'received'))) return false;
  const store = world.windows.open(planInForce(world));
  for (const { partition, end } of await world.kafka.connect(outsideLink).offsets(streams.received.topic))
    if ((await store.position(partition))?.next !== end) return false;
  return true;
};

/** Whether the file is fed, every record decided, and every alert sent. */
export const isDrained = async (world: World, { slots }: Fleet): Promise<boolean> =>
  slots.every(({ role, process, isDone }) =>
    role === 'ingest' ? isDone : role !== 'upkeep' || process === undefined,
  ) &&
  (await isDecided(world)) &&
  (await isHandled(world, alertingGroup, 'held')) &&
  (await isHandled(world, alertingGroup, 'rejected'));
