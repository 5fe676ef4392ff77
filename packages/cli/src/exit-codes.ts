/** What the command's exit codes mean, after sysexits.h where it has a word for it. */
export const exitCodes = {
  done: 0,
  /** It ran, and what it looked at is not as it should be: a ledger that doesn't balance, a part that is down. */
  notAsItShouldBe: 1,
  usage: 64,
  /** Nothing runs that could be asked. */
  notRunning: 69,
  bug: 70,
  /** A part can't be reached just now; the same command may succeed later. */
  tryAgain: 75,
  configuration: 78,
} as const;

/** Ends the command with a sentence for a person and an exit code for a script. */
export class CommandError extends Error {
  readonly exitCode: number;

  constructor(exitCode: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CommandError';
    this.exitCode = exitCode;
  }
}
