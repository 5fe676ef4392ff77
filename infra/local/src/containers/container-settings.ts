import type { StackSecurity } from '../security/secured-parties.ts';
import type { StackSettings } from '../stack/describe-stack.ts';
import { ensureSecretFile } from '../stack/ensure-secret-file.ts';
import { partNames, parts } from '../stack/parts.ts';
import type { Ports } from '../stack/choose-ports.ts';

/** How the parts are reached by one another. */
export type ContainerNetwork = {
  readonly ports: Ports;
  readonly hosts: Readonly<Record<'kafka' | 'redis' | 'kms' | 'smtp', string>>;
};

/** Every part is alone in its container, so each keeps its default port. */
export const containerPorts = Object.fromEntries(
  partNames.map((name) => [name, parts[name].defaultPort]),
) as Ports;

/** The names that the parts have on the containers' network. */
export const containerNetwork: ContainerNetwork = {
  ports: containerPorts,
  hosts: { kafka: 'kafka', redis: 'redis', kms: 'kms', smtp: 'inbox' },
};

/** The description of the stack, from which `npm start` runs, too, with the containers' names and files. */
export function containerSettings(options: {
  readonly home: string;
  readonly security: StackSecurity;
  readonly callersFile: string;
  readonly network: ContainerNetwork;
}): StackSettings {
  const { home, security, callersFile, network } = options;
  return {
    home,
    ports: network.ports,
    hosts: network.hosts,
    security,
    ownKafkaBrokers: undefined,
    kafkaAccess: {},
    ownRedisUrl: undefined,
    redisAccess: {},
    ownSmtpUrl: undefined,
    webhookAccess: {},
    alertsAccess: {},
    mailFrom: 'weir@localhost',
    mailTo: 'analyst@localhost',
    kafka: undefined,
    redis: undefined,
    callersFile,
    indexKeyFile: ensureSecretFile(home, 'index.key'),
    routingKeyFile: ensureSecretFile(home, 'routing.key'),
    logLevel: 'info',
  };
}
