import { join } from 'node:path';
import { roles } from '@weir/contracts';
import type { Role } from '@weir/contracts';

/** Parts that serve others, and so have a certificate with names in it. */
export const serverNames = ['kafka', 'redis', 'kms', 'inbox'] as const;
export type ServerName = (typeof serverNames)[number];

/** Who calls them: the roles of the topic table, and the one that makes topics, grants and keys. */
export const clientNames = [...roles, 'admin'] as const;
export type ClientName = Role | 'admin';

export type PartyName = ServerName | ClientName;

/** What a party finds in its folder, and nobody else's. */
export type PartyFiles = { readonly ca: string; readonly cert: string; readonly key: string };

export const partyFiles = (folder: string): PartyFiles => ({
  ca: join(folder, 'ca.pem'),
  cert: join(folder, 'cert.pem'),
  key: join(folder, 'key.pem'),
});

/** How the parts of a stack prove themselves to one another. */
export type StackSecurity = {
  /** Where a party finds its files when it runs: a folder of its own. */
  readonly folderOf: (party: PartyName) => string;
  /** Each client's at Kafka, and detection's at Redis. */
  readonly passwords: Readonly<Record<ClientName, string>>;
};
