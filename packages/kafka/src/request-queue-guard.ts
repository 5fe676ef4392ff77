/** The part of kafkajs's request queue that the guard touches. */
export type RequestQueuePrototype = {
  scheduleCheckPendingRequests(this: { readonly pending: readonly unknown[] }): void;
};

/**
 * Stops kafkajs from arming a timer for a request queue in which nothing waits.
 *
 * Unguarded, every connection re-arms a timer with a negative delay for ever,
 * which Node rounds up to 1 ms: an idle process wakes a thousand times a second
 * per broker and prints TimeoutNegativeWarning. An empty queue never needs the
 * timer, throttled or not, because push() arms it when it has to park a request.
 *
 * Throws where the prototype is not the one of kafkajs 2.2.4, because a guard
 * that silently guards nothing would only be noticed on a power bill.
 */
export const guardRequestQueue = (prototype: RequestQueuePrototype): void => {
  const original: unknown = prototype.scheduleCheckPendingRequests;
  if (typeof original !== 'function' || !String(original).includes('this.pending.length')) {
    throw new Error(
      'kafkajs request queue: scheduleCheckPendingRequests is not the method the guard expects',
    );
  }
  prototype.scheduleCheckPendingRequests = function guarded() {
    if (this.pending.length === 0) return;
    original.call(this);
  };
};
