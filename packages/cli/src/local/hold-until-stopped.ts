import { once } from 'node:events';
import type { CommandContext } from '../command-context.ts';
import type { StackSession } from './stack-session.ts';

/**
 * Keeps a stack of our own running until the person ends it, or throws what a
 * part was given up for. A stack that was there before is left alone.
 */
export async function holdUntilStopped(
  { own }: StackSession,
  { stopping, terminal }: CommandContext,
): Promise<void> {
  if (own === undefined) return;
  const stopped = stopping.aborted ? Promise.resolve() : once(stopping, 'abort');
  const failure = await Promise.race([own.failed, stopped.then(() => undefined)]);
  if (failure !== undefined) throw failure;
  terminal.say('Stopping');
  await own.stop();
}
