import { setTimeout as sleep } from 'node:timers/promises';
import { streams } from '@weir/contracts';
import type { KafkaClient } from '@weir/kafka';

/** How far each partition has come, by number. */
type Positions = ReadonlyMap<number, number>;

/** What was seen at one time: the log's ends, and how far each worker's group has come in what it reads. */
export type Sighting = {
  /** `performance.now()` before it was asked for. */
  readonly atMs: number;
  readonly logEnds: Positions;
  readonly detection: Positions;
  readonly alertingHeld: Positions;
  readonly alertingRejected: Positions;
  /** What detection has made of approved releases. */
  readonly releases: Positions;
};

type PositionSource = Pick<KafkaClient, 'offsets' | 'groupPositions'>;

export type PositionWatch = {
  /** The first sighting from `fromMs` on that fits; undefined when there is none by the deadline. Rejects once the signal aborts. */
  readonly first: (
    fromMs: number,
    fits: (sighting: Sighting) => boolean,
    deadlineMs: number,
  ) => Promise<Sighting | undefined>;
  readonly stop: () => Promise<void>;
};

export const detectionGroup = 'weir-detection';
const alertingGroup = 'weir-alerting';
const releasesGroup = 'weir-detection-releases';
const pollEveryMs = 200;
/** A round's worth of sightings, and more. */
const mostSightings = 2_000;

/** Looks at the positions five times a second until it is stopped; a broker that is away is just not seen. */
export function watchPositions(kafka: PositionSource, signal: AbortSignal): PositionWatch {
  const sightings: Sighting[] = [];
  let isStopped = false;

  async function look(): Promise<void> {
    while (!isStopped) {
      const sighting = await see(kafka).catch(() => undefined);
      if (sighting !== undefined) sightings.push(sighting);
      if (sightings.length > mostSightings) sightings.shift();
      await sleep(pollEveryMs);
    }
  }
  const looking = look();
  return {
    first: async (fromMs, fits, deadlineMs) => {
      const endsAtMs = performance.now() + deadlineMs;
      for (;;) {
        const found = sightings.find((sighting) => sighting.atMs >= fromMs && fits(sighting));
        if (found !== undefined || performance.now() > endsAtMs) return found;
        await sleep(pollEveryMs / 4, undefined, { signal });
      }
    },
    stop: async () => {
      isStopped = true;
      await looking;
    },
  };
}

async function see(kafka: PositionSource): Promise<Sighting> {
  const atMs = performance.now();
  const [ends, detection, held, rejected, releases] = await Promise.all([
    kafka.offsets(streams.received.topic),
    kafka.groupPositions(detectionGroup, streams.received.topic),
    kafka.groupPositions(alertingGroup, streams.held.topic),
    kafka.groupPositions(alertingGroup, streams.rejected.topic),
    kafka.groupPositions(releasesGroup, streams.releases.topic),
  ]);
  const positions = (found: typeof detection): Positions =>
    new Map(found.map(({ partition, next }) => [partition, next ?? 0]));
  return {
    atMs,
    logEnds: new Map(ends.map(({ partition, end }) => [partition, end])),
    detection: positions(detection),
    alertingHeld: positions(held),
    alertingRejected: positions(rejected),
    releases: positions(releases),
  };
}

/** Whether every partition has come at least so far. */
export const reaches = (positions: Positions, wanted: Positions): boolean =>
  [...wanted].every(([partition, next]) => (positions.get(partition) ?? 0) >= next);
