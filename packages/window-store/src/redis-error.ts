import { WeirError } from '@weir/contracts';

/** Answers of a Redis that will serve again: it is starting, full, busy, failing over or can't write its disk. */
const passingAnswer =
  /\b(LOADING|BUSY|OOM|MISCONF|READONLY|NOREPLICAS|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|UNKILLABLE)\b/;
const accessAnswer = /\b(NOAUTH|WRONGPASS|NOPERM)\b/;

/**
 * What an error of the client means. The error itself goes no further: ioredis
 * hangs the command and its arguments on it, and they hold pseudonyms and
 * records.
 */
export function asWeirError(error: unknown): Error {
  if (!(error instanceof Error)) return new Error('window store: something that is no error was thrown');
  if (error instanceof WeirError || error instanceof TypeError || error instanceof RangeError) return error;
  if (error.name !== 'ReplyError') {
    const word = 'code' in error && typeof error.code === 'string' ? error.code : error.message;
    return new WeirError('redis_unavailable', `Redis can't be reached or doesn't answer in time (${word})`);
  }
  const passing = passingAnswer.exec(error.message)?.[1];
  if (passing !== undefined)
    return new WeirError('redis_unavailable', `Redis doesn't serve at present (${passing})`);
  const access = accessAnswer.exec(error.message)?.[1];
  if (access !== undefined) return new WeirError('config_invalid', `Redis refuses this user (${access})`);
  // Redis repeats arguments only behind these words.
  return new Error(`Redis refused a command: ${error.message.split(/,? with args/)[0]}`);
}

/** Awaits an answer of Redis; what is thrown is a WeirError or a bug, never the client's own error. */
export async function askRedis<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask();
  } catch (error) {
    throw asWeirError(error);
  }
}
