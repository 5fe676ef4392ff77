import type { Send } from './generate-load.ts';

/**
 * What is known of a line once its ingest process is gone. `acknowledged`: the
 * log, or the rejected topic, has it. `unknown`: it was handed over, no word of
 * it came back, and its sender gave up on it.
 */
export type SendState = 'acknowledged' | 'unknown';

/** One handing over of a line, settled. */
export type SettledSend = Send & {
  readonly state: SendState;
  /** Which run of ingest it was handed to last, and on which of its lines, counted from 1. */
  readonly source: string;
  readonly sourceLine: number;
};

/** The client's side of a run of ingest: what it handed over, in order. */
export type HandedOver = { readonly source: string; readonly sends: readonly Send[] };

/**
 * Settles a run by the line its ledger stands at: up to there everything is
 * acknowledged, and behind it nothing is known. Of what isn't known a client
 * hands most over again and gives up on the rest, by `givesUp`.
 */
export function settleRun(
  { source, sends }: HandedOver,
  ledgerLine: number,
  givesUp: (send: Send) => boolean,
): { readonly settled: readonly SettledSend[]; readonly again: readonly Send[] } {
  const settled: SettledSend[] = [];
  const again: Send[] = [];
  sends.forEach((send, index) => {
    const sourceLine = index + 1;
    if (sourceLine <= ledgerLine) settled.push({ ...send, state: 'acknowledged', source, sourceLine });
    else if (givesUp(send)) settled.push({ ...send, state: 'unknown', source, sourceLine });
    else again.push(send);
  });
  return { settled, again };
}
