import { join } from 'node:path';
import { roles } from '@weir/contracts';
import { securityIn } from '../security/ensure-security.ts';
import { ensureCallers } from '../stack/callers.ts';
import { describeWorkers, kafkaAccess } from '../stack/describe-stack.ts';
import { writeRoles, readRoleEnvironment } from '../stack/role-files.ts';
import { makeKeys } from '../stack/start-stack.ts';
import type { Provisioning } from '../stack/start-stack.ts';
import { containerNetwork, containerSettings } from './container-settings.ts';
import type { ContainerNetwork } from './container-settings.ts';
import { layout } from './layout.ts';
import { writePartyEnvironment } from './party-environment.ts';
import type { ContainerFolders } from './party-environment.ts';

/** What differs in a container: the door and the APIs of alerts and replays are reached from outside. Health and metrics stay inside. */
const differing: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  ingest: { DOOR_HOST: '0.0.0.0' },
  alerting: { API_HOST: '0.0.0.0', API_TOKENS_FILE: `${layout.tokens}/tokens.json` },
  replay: { API_HOST: '0.0.0.0', API_TOKENS_FILE: `${layout.tokens}/tokens.json` },
  // The notary writes into a folder that is there; nobody but its owner makes one.
  notary: { AUDIT_CHECKPOINT_DIR: layout.state },
};

/**
 * The second step, once Kafka and the KMS serve: makes the keys, and the
 * configuration of each worker, in the folder that it alone sees. Answers what
 * topics and grants are made with. Idempotent.
 *
 * Throws WeirError of a `kms_` code where the KMS can't be used.
 */
export async function provisionContainers(folders: ContainerFolders): Promise<Provisioning> {
  const { home, network } = folders;
  const { file, credentials } = ensureCallers(home);
  const settings = containerSettings({
    home,
    security: securityIn(home, folders.parties),
    callersFile: file,
    network,
  });
  const arns = await makeKeys(settings, credentials.admin);
  writeRoles({ home, settings, arns, credentials });
  const workers = describeWorkers(settings, arns, credentials);
  for (const { name, env } of workers) writePartyEnvironment(folders, name, { ...env, ...differing[name] });
  const others = roles.filter((role) => workers.every(({ name }) => name !== role));
  for (const role of others) writePartyEnvironment(folders, role, readRoleEnvironment(home, role));
  return { kafkaAdmin: kafkaAccess(settings, 'admin'), needsGrants: true };
}

/** Where the two steps work in the containers, and elsewhere in tests. */
export const containerFolders = (
  root: string,
  network: ContainerNetwork = containerNetwork,
): ContainerFolders => ({
  network,
  home: join(root, 'home'),
  parties: join(root, 'parties'),
});
