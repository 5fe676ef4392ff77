import { BlockList, isIP } from 'node:net';

/** Says which addresses may not be connected to, by the name they were found under. */
export type AddressGuard = { readonly refuses: (hostname: string, address: string) => boolean };

/** Given by a lookup in the place of an address, so that no connection is begun. */
export class AddressRefused extends Error {}

type Network = readonly [address: string, prefix: number];

/** What an operator may well mean by the name of a receiver of their own. */
const privateNetworks: readonly Network[] = [
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['fc00::', 7],
];
const loopbackNetworks: readonly Network[] = [
  ['127.0.0.0', 8],
  ['::1', 128],
];
/** Both, as an operator writes them who allows all of them. */
export const ownNetworks: readonly string[] = [...privateNetworks, ...loopbackNetworks].map(
  ([address, prefix]) => `${address}/${prefix}`,
);
/** IANA IPv4 Special-Purpose Address Registry, multicast, and what is reserved. */
const specialNetworks: readonly Network[] = [
  ['0.0.0.0', 8],
  ['100.64.0.0', 10],
  ['169.254.0.0', 16],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  // Azure answers its machines from here; every other cloud does from a network above.
  ['168.63.129.16', 32],
];
/** Of IPv6, only this is given to anybody. Mapped, NAT64, link-local and multicast addresses lie outside. */
const globalUnicast: Network = ['2000::', 3];
/** Inside it: tunnels that carry an IPv4 address of the sender's choice, and addresses for documentation. */
const specialUnicast: readonly Network[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
];

const specialV4 = blockList([...privateNetworks, ...loopbackNetworks, ...specialNetworks]);
const privateOrLoopback = blockList([...privateNetworks, ...loopbackNetworks]);
const loopback = blockList(loopbackNetworks);
const globalV6 = blockList([globalUnicast]);
const specialV6 = blockList(specialUnicast);

/** A receiver on this machine, by name or address. The brackets of an IPv6 host may stay. */
export const isLoopbackHost = (hostname: string): boolean =>
  hostname.toLowerCase() === 'localhost' || within(loopback, withoutBrackets(hostname));

/** The host of a URL as an address is written elsewhere. */
export const withoutBrackets = (hostname: string): string => hostname.replaceAll(/^\[|\]$/g, '');

/** Whether the text is a host name, an address, or a network in CIDR notation. */
export const isAllowEntry = (text: string): boolean =>
  networkOf(text) !== undefined ||
  /^(?=.*[A-Za-z])[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/.test(text);

/**
 * Refuses everything that isn't a public unicast address, unless it is allowed:
 * an address or network in `allow` allows what lies in it, a host name what that
 * name stands for among loopback and private networks. A name never allows
 * link-local addresses, where clouds hand out the credentials of a machine.
 */
export function createAddressGuard(allow: readonly string[]): AddressGuard {
  const networks = blockList(allow.flatMap((entry) => [networkOf(entry)].filter((one) => one !== undefined)));
  const hosts = new Set(allow.filter((entry) => networkOf(entry) === undefined).map(lowerCased));
  return {
    refuses: (hostname, address) => {
      if (isPublic(address) || within(networks, address)) return false;
      return !(hosts.has(lowerCased(hostname)) && within(privateOrLoopback, address));
    },
  };
}

const lowerCased = (text: string): string => text.toLowerCase();

function isPublic(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !within(specialV4, address);
    case 6:
      return within(globalV6, address) && !within(specialV6, address);
    default:
      return false;
  }
}

/** A zone makes an address one of this machine's own links, whatever it looks like. */
function within(list: BlockList, address: string): boolean {
  const version = isIP(address);
  if (version === 0 || address.includes('%')) return false;
  return list.check(address, version === 4 ? 'ipv4' : 'ipv6');
}

function blockList(networks: readonly Network[]): BlockList {
  const list = new BlockList();
  for (const [address, prefix] of networks)
    list.addSubnet(address, prefix, isIP(address) === 4 ? 'ipv4' : 'ipv6');
  return list;
}

function networkOf(text: string): Network | undefined {
  const [address = '', prefix, ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || address.includes('%') || rest.length > 0) return undefined;
  const longest = version === 4 ? 32 : 128;
  if (prefix === undefined) return [address, longest];
  return /^\d{1,3}$/.test(prefix) && Number(prefix) <= longest ? [address, Number(prefix)] : undefined;
}
