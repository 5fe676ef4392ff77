import { hash } from 'node:crypto';

/** The digest of an artefact: SHA-256 over its body's canonical JSON, whose keys stand in the order of its contract. */
export const digestOf = (body: unknown): string => hash('sha256', JSON.stringify(body));
