export type { CallerInput } from './callers.ts';
export { startLocalKms, type LocalKms, type LocalKmsOptions } from './start-local-kms.ts';
