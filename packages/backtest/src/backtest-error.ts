/**
 * Why a backtest can't go on, in the numbers of sysexits.h: 65 (EX_DATAERR) the
 * input isn't what it claims to be, 66 (EX_NOINPUT) it can't be read, 73
 * (EX_CANTCREAT) what is to be written can't be, 78 (EX_CONFIG) the mapping, the
 * ruleset or an option is wrong.
 */
export type BacktestExitCode = 65 | 66 | 73 | 78;

/** Ends a backtest. The message is for people: it names fields, columns and lines, never a value of the input. */
export class BacktestError extends Error {
  readonly exitCode: BacktestExitCode;

  constructor(exitCode: BacktestExitCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'BacktestError';
    this.exitCode = exitCode;
  }
}
