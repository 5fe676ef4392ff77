import type { Terminal } from './terminal/terminal.ts';

/** What every command is given; none of them looks at the process itself. */
export type CommandContext = {
  readonly terminal: Terminal;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The folder of the local stack. */
  readonly home: string;
  /** Sets the exit code; the command ends when its work is done. */
  readonly exit: (code: number) => void;
  /** Aborts when the person or the system wants the command to end. */
  readonly stopping: AbortSignal;
};
