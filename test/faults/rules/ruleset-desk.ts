import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { childEnvironment, nodeMain } from '@weir/local';
import type { ActAnswer, RulesetAct } from './ruleset-acts.ts';

/** Where rulesets are published, approved and activated: a process of its own, which can be killed in the middle. */
export type RulesetDesk = {
  /**
   * Does one act and answers what came of it; one at a time. Where the process is killed meanwhile
   * another is told the same again, as a person would.
   */
  readonly perform: (act: RulesetAct) => Promise<ActAnswer>;
  /** What is being done; undefined between two acts. */
  readonly underWay: () => RulesetAct | undefined;
  /** SIGKILL. False where there was nothing under way to be killed in. */
  readonly kill: () => Promise<boolean>;
  /** Idempotent. */
  readonly stop: () => Promise<void>;
};

/** More often than it is ever killed in one act. */
const mostTries = 4;
const main = 'test/faults/rules/desk-process.ts';

export function createRulesetDesk(options: {
  readonly logId: string;
  readonly tenant: string;
  /** Of the role ingest. */
  readonly env: Readonly<Record<string, string>>;
  readonly logFile: string;
}): RulesetDesk {
  let child: ChildProcess | undefined;
  let act: RulesetAct | undefined;
  let isStopped = false;

  function start(): ChildProcess {
    const log = openSync(options.logFile, 'a', 0o600);
    const started = spawn(process.execPath, nodeMain(main), {
      env: childEnvironment(process.env, {
        ...options.env,
        DESK_LOG_ID: options.logId,
        DESK_TENANT: options.tenant,
      }),
      // The channel ends it with us, however we end.
      stdio: ['ignore', log, log, 'ipc'],
      detached: true,
    });
    closeSync(log);
    started.once('exit', () => {
      if (child === started) child = undefined;
    });
    return started;
  }

  async function tell(said: RulesetAct): Promise<ActAnswer | undefined> {
    child ??= start();
    const told = child;
    const ended = new AbortController();
    try {
      const { signal } = ended;
      const exited = once(told, 'exit', { signal }).then(() => undefined);
      const answered = once(told, 'message', { signal }).then(([answer]) => answer as ActAnswer);
      exited.catch(() => undefined);
      answered.catch(() => undefined);
      told.send(said, () => undefined);
      return await Promise.race([exited, answered]);
    } finally {
      ended.abort();
    }
  }

  const kill = async (): Promise<boolean> => {
    const killed = child;
    if (killed === undefined || act === undefined) return false;
    const exited = once(killed, 'exit');
    killed.kill('SIGKILL');
    await exited;
    return true;
  };

  return {
    perform: async (said) => {
      act = said;
      try {
        for (let tries = 0; tries < mostTries && !isStopped; tries += 1) {
          const answer = await tell(said);
          if (answer !== undefined) return answer;
        }
        return { ok: false, refused: false, why: 'the desk ended before it answered' };
      } finally {
        act = undefined;
      }
    },
    underWay: () => act,
    kill,
    stop: async () => {
      isStopped = true;
      const stopped = child;
      if (stopped === undefined) return;
      const exited = once(stopped, 'exit');
      stopped.kill('SIGKILL');
      await exited;
    },
  };
}
