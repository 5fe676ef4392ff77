export * from './digest-of.ts';
export * from './find-artefact.ts';
export * from './in-force.ts';
export * from './read-artefacts.ts';
