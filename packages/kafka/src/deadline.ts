/** Resolves after `waitMs` milliseconds. */
export const wait = (waitMs: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, waitMs);
  });

/**
 * The outcome of `work`, or the error made by `onDeadline` after `deadlineMs`.
 * The work itself goes on (kafkajs can't be cancelled); its late outcome is dropped.
 */
export const withDeadline = async <T>(
  work: Promise<T>,
  deadlineMs: number,
  onDeadline: () => Error,
): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(onDeadline()), deadlineMs);
  });
  work.catch(() => undefined);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
};

/**
 * The outcome of `work`, or the signal's reason as soon as it is aborted. The work
 * itself goes on unless it looks at the signal too; its late outcome is dropped.
 */
export const unlessAborted = async <T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> => {
  if (signal === undefined) return work;
  work.catch(() => undefined);
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const onAbort = (): void => aborted.reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
};
