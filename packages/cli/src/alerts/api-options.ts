import type { Command } from 'commander';
import { askingApi } from '../http/api-options.ts';

/** What every command takes that asks the API of alerts. */
export const asking = (command: Command): Command => askingApi(command, 'the API of alerts');

/** The end of a help text: what is special, and the exit codes. */
export const exits = (special: string): string => `
${special}

Ends with 0 when that is done, 1 where it can't be done as things are or there is no such
alert, 64 for wrong usage, 69 where nothing runs here, 75 where a part is out of reach
(run it again), 77 where the token may not.`;
