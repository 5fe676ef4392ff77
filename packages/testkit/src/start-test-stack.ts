import { join } from 'node:path';
import { readRoleEnvironment, resolveHome, startStack } from '@weir/local';
import type { RunningStack, StackOptions } from '@weir/local';
import { makeTempFolder } from './temp-folder.ts';

/** A whole stack for tests, on free ports, with a home of its own. */
export type TestStack = RunningStack & {
  readonly home: string;
  /** What a process acting in a role is configured with. */
  readonly roleEnvironment: (
    role: Parameters<typeof readRoleEnvironment>[1],
  ) => Readonly<Record<string, string>>;
  /** kill -9 of one process by its name; the supervisor starts it again. */
  readonly kill: (name: string) => void;
};

/**
 * Starts a stack and resolves when it is ready. It shares the installed parts
 * of this machine and nothing else, and ends with this process at the latest.
 */
export async function startTestStack(
  options: Pick<StackOptions, 'provision' | 'workers'> & { readonly env?: StackOptions['env'] } = {},
): Promise<TestStack> {
  const home = join(makeTempFolder('stack'), 'home');
  const { env, ...rest } = options;
  const stack = await startStack({
    ...rest,
    home,
    libraryHome: resolveHome(process.env),
    env: { WEIR_PORT_BASE: '0', ...env },
    onProgress: () => undefined,
  });
  return {
    ...stack,
    home,
    roleEnvironment: (role) => readRoleEnvironment(home, role),
    kill: (name) => {
      const found = stack.state().processes.find((one) => one.name === name);
      if (found === undefined) throw new Error(`No process of the stack is named ${name}.`);
      process.kill(found.pid, 'SIGKILL');
    },
  };
}
