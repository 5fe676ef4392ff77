/** What can go wrong while a local stack is set up, started or watched. */
export type LocalErrorCode =
  | 'java_missing'
  | 'java_too_old'
  | 'maven_missing'
  | 'install_failed'
  | 'port_in_use'
  | 'port_invalid'
  | 'disk_full'
  | 'home_unusable'
  | 'keys_missing'
  | 'already_running'
  | 'not_ready'
  | 'gave_up'
  | 'stopped'
  | 'platform_unsupported';

/**
 * A reason not to go on that a person can act on. The message is one sentence
 * that says what is wrong and what to do; it is printed as it is, without a
 * stack.
 */
export class LocalError extends Error {
  readonly code: LocalErrorCode;

  constructor(code: LocalErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'LocalError';
    this.code = code;
  }
}
