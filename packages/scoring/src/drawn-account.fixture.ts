import type { WindowRecord } from '@weir/windows';

const startMs = Date.UTC(2025, 0, 6);
const transactionsEach = 150;

/** Numbers from 0 to below 1, the same on every run (Park and Miller 1988). */
export function drawFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/** An irregular account: quiet weeks, bursts, leaps in its amounts, amounts just below a threshold, some that come late. */
export function drawnRecords(account: number): readonly WindowRecord[] {
  const draw = drawFrom(account + 1);
  let atMs = startMs;
  return Array.from({ length: transactionsEach }, (_, offset): WindowRecord => {
    atMs += Math.round(draw() < 0.15 ? draw() * 120_000 : draw() * 40 * 3_600_000);
    const late = draw() < 0.01 ? 20 * 86_400 : 0;
    const leap = draw() < 0.04 ? 30 : 1;
    const near = draw() < 0.03;
    return {
      offset,
      eventTimeMs: atMs,
      observedAtSeconds: Math.floor(atMs / 1_000) + late,
      amountMinor: near ? 950_000 + offset : Math.round((500 + draw() * 4_500) * leap),
      currency: draw() < 0.9 ? 978 : 840,
      creditDebitIndicator: draw() < 0.8 ? 'DBIT' : 'CRDT',
      identity: offset.toString(16).padStart(16, '0'),
      digest: '00000000',
      counterparty: Math.floor(draw() * 9)
        .toString(16)
        .padStart(12, 'a'),
      channel: Math.floor(draw() * 4),
      country: draw() < 0.5 ? '' : draw() < 0.95 ? 'DE' : 'PT',
    };
  });
}
