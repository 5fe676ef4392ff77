import { redriveTakenForDeadMs, type Redriven } from '@weir/contracts';
import { CommandError, exitCodes } from '../../exit-codes.ts';
import { findOnLog } from './find-on-log.ts';
import { takeRedriven, type RedriveHistory } from './redrive-history.ts';

/** What an interrupted batch came to, to be said to ingest, which says it on the topic. */
export type Closing = { readonly batch: string; readonly letters: readonly Redriven[] };

/** So often somebody else's batch may end and the next of theirs begin. */
const mostWaits = 3;

/**
 * Waits until no batch can still be at work, reading the topic anew after each wait. Throws CommandError where
 * another redrive goes on for longer.
 */
export async function untilNoneWorks<Read extends { readonly history: RedriveHistory }>(
  read: () => Promise<Read>,
  clock: { readonly nowMs: () => number; readonly sleep: (delayMs: number) => Promise<void> },
): Promise<Read> {
  for (let waits = 0; ; waits += 1) {
    const found = await read();
    const youngestMs = Math.max(-Infinity, ...found.history.open.map(({ atMs }) => atMs));
    const leftMs = youngestMs + redriveTakenForDeadMs - clock.nowMs();
    if (leftMs <= 0) return found;
    if (waits === mostWaits) {
      throw new CommandError(
        exitCodes.tryAgain,
        'Another redrive is under way; run it again when that has ended',
      );
    }
    // A clock that runs ahead must not make this wait for longer than a batch can last.
    await clock.sleep(Math.min(leftMs, redriveTakenForDeadMs));
  }
}

/** What the batches that were interrupted came to, and the history with that taken in. */
export async function settleOpen(
  ops: Parameters<typeof findOnLog>[0],
  history: RedriveHistory,
  signal: AbortSignal,
): Promise<{ readonly closing: readonly Closing[]; readonly settled: RedriveHistory }> {
  const redriven = new Map(history.redriven);
  const closing: Closing[] = [];
  for (const open of history.open) {
    const letters = await findOnLog(ops, open, history, signal);
    closing.push({ batch: open.batch, letters });
    for (const letter of letters) takeRedriven(redriven, letter);
  }
  return { closing, settled: { ...history, redriven, open: [] } };
}
