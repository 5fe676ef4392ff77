import { LocalError } from '../local-error.ts';
import { pickFreePort } from '../process/free-port.ts';
import { partNames, parts, portVariable } from './parts.ts';
import type { PartName } from './parts.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export type Ports = Readonly<Record<PartName, number>>;

/**
 * The port of each part: `WEIR_PORT_<NAME>` where set; else counted up from
 * `WEIR_PORT_BASE` where that is set, or a free one where it is 0; else the
 * default.
 *
 * Throws LocalError `port_invalid` for a variable that is no port, and where
 * two parts would share one.
 */
export async function choosePorts(env: Environment): Promise<Ports> {
  const base = readPort(env, 'WEIR_PORT_BASE', 0);
  const ports = new Map<PartName, number>();
  const taken = new Map<number, string>();
  for (const [index, name] of partNames.entries()) {
    const variable = portVariable(name);
    const port = readPort(env, variable, 1) ?? (await portFor(name, index, base, taken));
    const other = taken.get(port);
    if (other !== undefined) {
      throw new LocalError('port_invalid', `${variable} and ${other} are both ${port}: choose two ports.`);
    }
    taken.set(port, variable);
    ports.set(name, port);
  }
  return Object.fromEntries(ports) as Ports;
}

async function portFor(
  name: PartName,
  index: number,
  base: number | undefined,
  taken: ReadonlyMap<number, string>,
): Promise<number> {
  if (base === undefined) return parts[name].defaultPort;
  if (base > 0) return base + index;
  let port = await pickFreePort();
  while (taken.has(port)) port = await pickFreePort();
  return port;
}

function readPort(env: Environment, variable: string, lowest: number): number | undefined {
  const text = env[variable];
  if (text === undefined || text === '') return undefined;
  // Ports counted up from the base have to be ports as well.
  const highest = 65_535 - partNames.length;
  if (!/^\d{1,5}$/.test(text) || Number(text) < lowest || Number(text) > highest) {
    throw new LocalError('port_invalid', `${variable} is not a port from ${lowest} to ${highest}.`);
  }
  return Number(text);
}
