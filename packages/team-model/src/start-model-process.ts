import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { readAnswer, type ModelAnswer, type ModelRequest } from './model-messages.ts';

export type AskOutcome = ModelAnswer | { readonly kind: 'timed_out' } | { readonly kind: 'process_ended' };

/** A process with a model in it, asked one thing at a time. */
export type ModelProcess = {
  /** What it answers. Where that takes longer than `limitMs` the process is ended, whatever it is doing. */
  readonly ask: (request: ModelRequest, limitMs: number) => Promise<AskOutcome>;
  /** Resolves when the process is gone. */
  readonly end: () => Promise<void>;
};

const program = fileURLToPath(new URL('./model-process.ts', import.meta.url));

/**
 * Starts a process of its own for a model file. It inherits nothing: no
 * environment, so no configuration and no credentials, and no open file but the
 * two pipes it is spoken to by.
 */
export function startModelProcess(bytes: Uint8Array): ModelProcess {
  const child = fork(program, [], {
    env: {},
    execArgv: [],
    serialization: 'json',
    stdio: ['pipe', 'ignore', 'ignore', 'ipc'],
  });
  const gone = Promise.withResolvers<void>();
  let waiting: ((outcome: AskOutcome) => void) | undefined;
  let isEnded = false;
  const settle = (outcome: AskOutcome): void => {
    waiting?.(outcome);
    waiting = undefined;
  };
  const end = (outcome: AskOutcome): void => {
    isEnded = true;
    child.kill('SIGKILL');
    settle(outcome);
  };
  child.on('message', (said) => settle(readAnswer(said)));
  child.once('error', () => {
    end({ kind: 'process_ended' });
    // It may never have begun, and then no exit is told.
    if (child.pid === undefined) gone.resolve();
  });
  child.once('exit', () => {
    end({ kind: 'process_ended' });
    gone.resolve();
  });
  // That it went away in the middle of reading is told by its exit.
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(bytes);
  return {
    ask: async (request, limitMs) => {
      if (isEnded) return { kind: 'process_ended' };
      const answered = Promise.withResolvers<AskOutcome>();
      // An answer that came while this process was busy is read before its time is called up.
      const timer = setTimeout(
        () => setImmediate(() => setImmediate(() => waiting === settleThis && end({ kind: 'timed_out' }))),
        limitMs,
      );
      const settleThis = (outcome: AskOutcome): void => {
        clearTimeout(timer);
        answered.resolve(outcome);
      };
      waiting = settleThis;
      child.send(request, (error) => {
        if (error !== null) end({ kind: 'process_ended' });
      });
      return answered.promise;
    },
    end: () => {
      end({ kind: 'process_ended' });
      return gone.promise;
    },
  };
}
