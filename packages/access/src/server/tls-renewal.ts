import { Server as TlsServer } from 'node:tls';
import type { Server } from 'node:net';
import { secureContextOf, type ServerTls } from './build-server.ts';

/** Brings a renewed certificate to a server. */
export type TlsRenewal = {
  /** This is the server that listens. */
  readonly opened: (server: Server) => void;
  /** New connections get these. Throws for a certificate and key that don't fit; the server then goes on with what it had. */
  readonly take: (tls: ServerTls) => void;
};

export function createTlsRenewal(): TlsRenewal {
  let serving: TlsServer | undefined;
  return {
    opened(server) {
      if (server instanceof TlsServer) serving = server;
    },
    take: (tls) => serving?.setSecureContext(secureContextOf(tls)),
  };
}
