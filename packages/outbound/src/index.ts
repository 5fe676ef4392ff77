export {
  AddressRefused,
  createAddressGuard,
  isAllowEntry,
  isLoopbackHost,
  ownNetworks,
} from './address-guard.ts';
export { guardedLookup, type LookupAll } from './guarded-lookup.ts';
export { createPoster, type PosterOptions } from './post.ts';
export { codeOf, type DeliveryOutcome, outcomeOfError } from './post-outcome.ts';
export { postUrlProblem } from './post-url.ts';
export { type FileOutcome, readKeyFile, readNamedFile } from './read-named-file.ts';
export { tlsCiphers } from './tls-ciphers.ts';
export { tryConnection } from './try-connection.ts';
