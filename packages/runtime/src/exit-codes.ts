import { WeirError } from '@weir/contracts';

/** Why a worker process ended, as far as possible in the numbers of sysexits.h, for its supervisor. */
export const exitCodes = {
  /** It did all its work, or was asked to stop and did. */
  stopped: 0,
  /** A bug, or an error nobody has named (EX_SOFTWARE). Start it again. */
  internalBug: 70,
  /** Something outside stayed away longer than the retries last, or the stop took too long (EX_TEMPFAIL). Start it again. */
  temporaryFailure: 75,
  /** A person has to act first; starting it again changes nothing. */
  halted: 76,
  /** The configuration is wrong (EX_CONFIG); starting it again changes nothing. */
  configurationInvalid: 78,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** The exit code an error ends the process with. */
export function exitCodeOf(error: unknown): ExitCode {
  if (!(error instanceof WeirError)) return exitCodes.internalBug;
  if (error.code === 'config_invalid') return exitCodes.configurationInvalid;
  switch (error.recovery) {
    case 'retry':
      return exitCodes.temporaryFailure;
    case 'halt':
      return exitCodes.halted;
    case 'deadLetter':
      // One bad record must never end a worker: whoever let it through has a bug.
      return exitCodes.internalBug;
  }
}
