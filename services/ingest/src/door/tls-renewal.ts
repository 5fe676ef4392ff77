import { Server as TlsServer } from 'node:tls';
import type { Server } from 'node:net';
import { secureContextOf, type DoorTls } from './build-app.ts';

/** Brings a renewed certificate to the server of the door. */
export type TlsRenewal = {
  /** The door has this server now. */
  readonly opened: (server: Server) => void;
  /** New connections get these. Throws for a certificate and key that don't fit; the server then goes on with what it had. */
  readonly take: (tls: DoorTls) => void;
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
