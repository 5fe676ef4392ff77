import { copyFileSync, existsSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { writePrivateFile } from '../write-private-file.ts';
import { LocalError } from '../local-error.ts';
import type { ContainerNetwork } from './container-settings.ts';
import { layout } from './layout.ts';

/** Where the steps that prepare the containers work, and for which network. */
export type ContainerFolders = {
  readonly home: string;
  readonly parties: string;
  readonly network: ContainerNetwork;
};

/**
 * Writes what one program is told into its party's folder, as Node reads it
 * (--env-file), and copies beside it every file that is named there, so that the
 * program sees its own and nobody else's. Paths become those of its container;
 * what isn't there yet, the program makes itself, in its volume.
 */
export function writePartyEnvironment(
  folders: ContainerFolders,
  party: string,
  env: Readonly<Record<string, string>>,
): void {
  const folder = join(folders.parties, party);
  const lines = Object.entries(env).map(([name, value]) => {
    const text = isPathOf(folders, value) ? moveIn(folder, value) : value;
    if (/['\n]/.test(text)) throw new LocalError('install_failed', `${name} can't be written as a variable`);
    return `${name}='${text}'\n`;
  });
  writePrivateFile(join(folder, layout.environmentFile), lines.join(''));
}

const isPathOf = ({ home, parties }: ContainerFolders, value: string): boolean =>
  value.startsWith(`${home}/`) || value.startsWith(`${parties}/`);

function moveIn(folder: string, path: string): string {
  if (!existsSync(path) || !statSync(path).isFile()) return `${layout.state}/${basename(path)}`;
  if (dirname(path) !== folder) copyFileSync(path, join(folder, basename(path)));
  return `${layout.party}/${basename(path)}`;
}
