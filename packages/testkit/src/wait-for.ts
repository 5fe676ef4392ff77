import { setTimeout as delay } from 'node:timers/promises';

const defaultDeadlineMs = 15_000;
const pollEveryMs = 25;

/**
 * Polls `condition` until it answers something other than undefined or false,
 * and answers that. Throws an error naming `what` (else the condition's source)
 * when `deadlineMs` (default 15 s) pass first. A condition that throws ends the wait at once.
 */
export async function waitFor<Answer>(
  condition: () => Answer | Promise<Answer>,
  options: { readonly deadlineMs?: number; readonly what?: string } = {},
): Promise<Exclude<Awaited<Answer>, undefined | false>> {
  const deadlineMs = options.deadlineMs ?? defaultDeadlineMs;
  const startedAtMs = performance.now();
  for (;;) {
    const answer = await condition();
    if (answer !== undefined && answer !== false) {
      return answer as Exclude<Awaited<Answer>, undefined | false>;
    }
    if (performance.now() - startedAtMs > deadlineMs) {
      throw new Error(`Waited ${deadlineMs} ms in vain for ${options.what ?? String(condition)}`);
    }
    await delay(pollEveryMs);
  }
}
