export type ListeningAddress = { readonly host: string; readonly port: number };

export function addressOfUrl(text: string): ListeningAddress {
  const { hostname, port } = new URL(text);
  return { host: hostname, port: Number(port) };
}

/** Where to reach a server of this machine: one that listens everywhere is nearest here. */
export const nearest = (host = '127.0.0.1'): string =>
  ['0.0.0.0', '::'].includes(host) ? '127.0.0.1' : host;
