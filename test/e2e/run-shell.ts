import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { repositoryRoot } from '@weir/local';

/**
 * Runs commands as a reader of a page would, in the repository and in one bash that ends at
 * the first of them that fails. Answers everything they wrote, in its order; kills the shell
 * and what it started after `timeoutMs` (exit code null).
 */
export async function runShell(
  commands: string,
  options: { readonly env: Readonly<Record<string, string>>; readonly timeoutMs: number },
): Promise<{ readonly code: number | null; readonly output: string }> {
  const child = spawn('bash', ['-c', `set -euo pipefail\nexec 2>&1\n${commands}`], {
    cwd: repositoryRoot,
    env: {
      ...process.env,
      PATH: `${join(repositoryRoot, 'node_modules', '.bin')}:${process.env['PATH'] ?? ''}`,
      NO_COLOR: '1',
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
    // A group of its own: a command that outlived its shell would keep the output open.
    detached: true,
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  const overdue = setTimeout(() => {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  }, options.timeoutMs);
  const [code] = (await once(child, 'close')) as [number | null];
  clearTimeout(overdue);
  return { code, output };
}
