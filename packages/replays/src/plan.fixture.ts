import type { ReplayPlan } from './plan.ts';

/** A plan over two partitions, for tests. */
export const samplePlan: ReplayPlan = {
  format: 1,
  replayId: 'abcdefghijk0',
  environment: 'local',
  logId: '0b8e7a6c-1f53-4c1e-9d0a-6d6f2a9f3b11',
  stream: 'received',
  range: { by: 'logTime', from: '2026-03-01T00:00:00.000Z', to: '2026-03-02T00:00:00.000Z' },
  stretches: [
    { partition: 0, warmFrom: 0, from: 10, to: 1_000 },
    { partition: 3, warmFrom: 5, from: 5, to: 2_000_000 },
  ],
  filter: {},
  versions: { kind: 'then' },
  target: { kind: 'compare' },
  recordsPerSecond: 2_000,
  windowBytes: 268_435_456,
  plannedBy: 'local-analyst',
  plannedAt: '2026-03-03T09:30:00.000Z',
};
