import { join } from 'node:path';
import { formatArguments } from '../kafka/prepare-kafka.ts';
import { containerLogSettings, kafkaProbeSettings, kafkaSettings } from '../kafka/kafka-settings.ts';
import { redisConfigFile } from '../redis/redis-command.ts';
import { redisSecuritySettings } from '../redis/redis-security.ts';
import { ensureSecurity } from '../security/ensure-security.ts';
import type { StackSecurity } from '../security/secured-parties.ts';
import { ensureCallers } from '../stack/callers.ts';
import { describeInfrastructure } from '../stack/describe-stack.ts';
import { ensureAlertsFiles } from '../stack/alerts-files.ts';
import { ensureDoorFiles } from '../stack/door-files.ts';
import { ensureReplayFiles } from '../stack/replay-files.ts';
import { writePrivateFile } from '../write-private-file.ts';
import { containerSettings } from './container-settings.ts';
import type { ContainerNetwork } from './container-settings.ts';
import { layout } from './layout.ts';
import { writePartyEnvironment } from './party-environment.ts';
import type { ContainerFolders } from './party-environment.ts';

/** Other machines reach these; each speaks TLS. */
const everywhere = '0.0.0.0';

/**
 * The first of the two steps before the containers run: makes the authority's
 * certificates, the passwords, and the configuration of the parts that Weir
 * builds on. Idempotent; certificates are new each time.
 */
export async function prepareContainers(folders: ContainerFolders): Promise<void> {
  const { home, parties, network } = folders;
  const { kafka, redis, kms, smtp } = network.hosts;
  const hosts = { kafka, redis, kms, inbox: smtp };
  const security = await ensureSecurity({ home, folder: parties, hostsOf: (server) => [hosts[server]] });
  await ensureDoorFiles(home);
  await ensureAlertsFiles(home);
  await ensureReplayFiles(home);
  const callers = ensureCallers(home);
  writeKafka(security, network);
  writeRedis(security, network);
  const settings = containerSettings({ home, security, callersFile: callers.file, network });
  const reached: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    kms: { LOCAL_KMS_HOST: everywhere },
    inbox: {
      SMTP_HOST: everywhere,
      HTTP_HOST: everywhere,
      SMTP_TLS_CERT_FILE: join(parties, 'inbox', 'cert.pem'),
      SMTP_TLS_KEY_FILE: join(parties, 'inbox', 'key.pem'),
    },
  };
  for (const { name, env } of describeInfrastructure(settings)) {
    writePartyEnvironment(folders, name, { ...env, ...reached[name] });
  }
}

function writeKafka(security: StackSecurity, { ports, hosts }: ContainerNetwork): void {
  const folder = security.folderOf('kafka');
  const settingsFile = `${layout.party}/server.properties`;
  const place = {
    dataDir: layout.kafkaLog,
    host: hosts.kafka,
    port: ports.kafka,
    controllerPort: ports.kafkaController,
    security: { folder: layout.party, innerPort: ports.kafkaInner },
  };
  writePrivateFile(join(folder, 'server.properties'), kafkaSettings(place));
  writePrivateFile(join(folder, 'log4j2.properties'), containerLogSettings);
  writePrivateFile(join(folder, 'probe.properties'), kafkaProbeSettings(layout.party));
  writePrivateFile(join(folder, 'format.args'), formatArguments(settingsFile, security.passwords));
}

function writeRedis(security: StackSecurity, { ports }: ContainerNetwork): void {
  const settings = {
    ...redisSecuritySettings(layout.party, ports.redis),
    bind: everywhere,
    // It guards a server that anybody may speak to; this one asks for a certificate.
    'protected-mode': 'no',
  };
  const config = redisConfigFile({ dataDir: layout.state, port: ports.redis, settings });
  writePrivateFile(join(security.folderOf('redis'), 'redis.conf'), config);
}
