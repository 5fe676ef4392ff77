import { spawn } from 'node:child_process';
import { repositoryRoot, toolEnvironment } from './repository.mjs';

const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Runs a command to its end with this terminal, forwarding signals, and
 * answers its exit code (128 + the signal's number when it was ended by one).
 * Rejects when it can't be started.
 */
export function runCommand(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd ?? repositoryRoot,
      env: options.env ?? toolEnvironment(),
      stdio: options.stdio ?? 'inherit',
    });
    const forward = (signal) => {
      // A terminal sends Ctrl-C to the child as well; twice would cut its orderly stop short.
      if (signal === 'SIGINT' && process.stdin.isTTY) return;
      child.kill(signal);
    };
    for (const signal of forwarded) process.on(signal, forward);
    const done = () => {
      for (const signal of forwarded) process.off(signal, forward);
    };
    child.once('error', (error) => {
      done();
      reject(error);
    });
    child.once('close', (code, signal) => {
      done();
      resolve(code ?? signalExitCode(signal));
    });
  });
}

function signalExitCode(signal) {
  const numbers = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 };
  return 128 + (numbers[signal] ?? 0);
}

/** Runs a command quietly and answers its exit code and all it printed, at most 10 MB. */
export function captureCommand(command, args, options = {}) {
  const limitBytes = 10 * 1024 * 1024;
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: repositoryRoot,
      env: options.env ?? toolEnvironment(),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const read = (chunk) => {
      if (output.length < limitBytes) output += chunk.toString('utf8');
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('error', (error) => resolve({ code: 127, output: error.message }));
    child.once('close', (code, signal) => resolve({ code: code ?? signalExitCode(signal), output }));
  });
}
