import { readFileSync } from 'node:fs';
import { CommandError, exitCodes } from '../exit-codes.ts';

const loopback = ['127.0.0.1', 'localhost', '[::1]'];

/** The address that an option names. A token that goes over a network in plain text is everybody's. Throws CommandError (64). */
export function serverUrl(address: string, option: string): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url?.protocol === 'https:') return url;
  if (url?.protocol === 'http:' && loopback.includes(url.hostname)) return url;
  throw new CommandError(exitCodes.usage, `${option}: expected https://host:port`);
}

/** What a file that an option names holds. Throws CommandError (64). */
export function fileText(file: string, option: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    throw new CommandError(exitCodes.usage, `${option}: ${file} can't be read (${code})`, { cause });
  }
}
