/**
 * Why an input can't be fed, as an exit code in the numbers of sysexits.h:
 * 65 (EX_DATAERR) it is not what it claims to be, 66 (EX_NOINPUT) it can't be
 * read at all, 73 (EX_CANTCREAT) its ledger says that feeding it would be wrong.
 */
export type SourceExitCode = 65 | 66 | 73;

/**
 * A fault of the whole input, for which no record is to blame. The message is
 * for people and names columns and settings, never a value of the input.
 */
export class SourceError extends Error {
  readonly exitCode: SourceExitCode;

  constructor(exitCode: SourceExitCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SourceError';
    this.exitCode = exitCode;
  }
}
