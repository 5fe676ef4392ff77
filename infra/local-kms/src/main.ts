import { type Configuration, ConfigurationError, readConfiguration } from './configuration.ts';
import { PrivateFileError } from './private-file.ts';
import { startLocalKms } from './start-local-kms.ts';

/** sysexits.h EX_CONFIG. */
const badConfiguration = 78;

const configuration = configurationOrExit();
const kms = await startLocalKms(configuration).catch(exitOnRefusedFile);

const stop = () => {
  void kms.close().then(() => process.exit(0));
};
process.once('SIGTERM', stop);
process.once('SIGINT', stop);
// The channel closes when the supervisor dies, however it dies: nobody is left to stop us.
process.once('disconnect', stop);

// Said last: whoever hears it may stop this process at once.
console.log(`local KMS listens on ${kms.endpoint}`);
process.send?.({ kind: 'listening', endpoint: kms.endpoint, port: kms.port });

function configurationOrExit(): Configuration {
  try {
    return readConfiguration(process.env);
  } catch (error) {
    if (error instanceof ConfigurationError) exitWith(error);
    return exitOnRefusedFile(error);
  }
}

function exitOnRefusedFile(error: unknown): never {
  if (error instanceof PrivateFileError) exitWith(error);
  throw error;
}

function exitWith(error: Error): never {
  console.error(`local KMS: ${error.message}`);
  process.exit(badConfiguration);
}
