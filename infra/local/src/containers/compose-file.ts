import { relative } from 'node:path';
import { repositoryRoot } from '../home.ts';
import { describeInfrastructure, describeWorkers } from '../stack/describe-stack.ts';
import type { KeyArns, StackSettings } from '../stack/describe-stack.ts';
import type { ProcessPlan } from '../supervisor/process-plan.ts';
import { parts } from '../stack/parts.ts';
import { containerPorts } from './container-settings.ts';
import { layout } from './layout.ts';

/** Exact versions: what was reviewed is what runs. */
const images = { kafka: 'apache/kafka:4.3.0', redis: 'redis:7.4.8-alpine' } as const;
const ownImage = 'weir:local';
/** The first step alone builds it, since two builds of one name end each other; no registry is asked for it. */
const own = { image: ownImage, pull_policy: 'never' } as const;

/** The user `node` of our image and `appuser` of Kafka's; Redis is told to run as the same, so that each may read what was made for it. */
const user = '1000:1000';

type Service = Readonly<Record<string, unknown>>;

type Limits = { readonly memory: string; readonly cpus: number; readonly pids: number };

/** What every container has in common: no root, no rights beyond its user's, nothing to write to but what it is given. */
const hardened = ({ memory, cpus, pids }: Limits): Service => ({
  user,
  read_only: true,
  cap_drop: ['ALL'],
  security_opt: ['no-new-privileges:true'],
  tmpfs: ['/tmp:size=64m,mode=1777,noexec,nosuid,nodev'],
  mem_limit: memory,
  cpus,
  pids_limit: pids,
  logging: { driver: 'json-file', options: { 'max-size': '10m', 'max-file': '3' } },
});

const small: Limits = { memory: '256m', cpus: 0.5, pids: 64 };
const medium: Limits = { memory: '512m', cpus: 1, pids: 64 };
/** What the embedded database of the alerts takes when it is made, and in a storm of large alerts: see ADR 38. */
const large: Limits = { memory: '2g', cpus: 1, pids: 64 };
const limitsOf: Readonly<Record<string, Limits>> = {
  alerting: large,
  // The windows of a replay are in the process, with a budget of 256 MiB beside everything else.
  replay: { memory: '1g', cpus: 1, pids: 64 },
};

/** A party sees its own folder of what was made, and no other's. */
const partyMount = (party: string): Service => ({
  type: 'volume',
  source: 'parties',
  target: layout.party,
  read_only: true,
  // An engine copies what an image has there when it makes the container, and fails: the first step makes the folder later.
  volume: { subpath: party, nocopy: true },
});

const stateMount = (volume: string): Service => ({
  type: 'volume',
  source: volume,
  target: layout.state,
  // Its owner was set when the first step mounted it; another image's folder must not undo that.
  volume: { nocopy: true },
});

/** The tokens of the door are those of the APIs of alerts and replays; only the tools write them. */
const tokensMount: Service = {
  type: 'volume',
  source: 'door-state',
  target: layout.tokens,
  read_only: true,
  volume: { nocopy: true },
};

const whenHealthy = (...names: readonly string[]): Service =>
  Object.fromEntries(names.map((name) => [name, { condition: 'service_healthy' }]));
const whenDone = (name: string): Service => ({ [name]: { condition: 'service_completed_successfully' } });

const check = (test: readonly string[], startSeconds = 30): Service => ({
  test,
  interval: '15s',
  timeout: '10s',
  retries: 4,
  start_period: `${startSeconds}s`,
  start_interval: '2s',
});

const program = ({ args }: ProcessPlan): string[] => [
  'node',
  `--env-file=${layout.party}/${layout.environmentFile}`,
  ...args.map((arg) => (arg.startsWith('--') ? arg : relative(repositoryRoot, arg))),
];

const probeOf = ({ ready }: ProcessPlan): string[] => {
  const url =
    ready.kind === 'http' ? ready.url : `https://127.0.0.1:${'port' in ready ? ready.port : 0}/healthz`;
  return ['CMD', 'node', 'infra/local/src/containers/probe/main.ts', url];
};

/** A step that runs once, before the others. */
const step = (name: 'prepare' | 'provision', networks: readonly string[]): Service => ({
  command: ['node', 'packages/cli/src/main.ts', 'containers', name],
  ...hardened(medium),
  ...(networks.length === 0 ? { network_mode: 'none' } : { networks }),
  restart: 'no',
});

const preparedVolumes = ['home', 'parties'].map((source) => ({
  type: 'volume',
  source,
  target: `/weir/${source}`,
}));

/** What a program keeps, by the name of its plan. */
const keeps: Readonly<Record<string, string>> = {
  kms: 'kms-state',
  inbox: 'inbox-state',
  notary: 'notary-state',
  ingest: 'door-state',
  alerting: 'alerting-state',
  replay: 'replay-state',
};

const states = ['kafka-state', 'redis-state', ...Object.values(keeps)];

function ownService(plan: ProcessPlan, limits: Limits, after: Service): Service {
  const volume = keeps[plan.name];
  return {
    ...own,
    command: program(plan),
    ...hardened(limits),
    environment: { NODE_EXTRA_CA_CERTS: `${layout.party}/ca.pem` },
    volumes: [
      partyMount(plan.name),
      ...(volume === undefined ? [] : [stateMount(volume)]),
      ...(plan.name === 'alerting' || plan.name === 'replay' ? [tokensMount] : []),
    ],
    networks: ['data'],
    healthcheck: check(probeOf(plan)),
    depends_on: after,
    // The supervisor of the containers: a worker that asks for a person ends with a code that isn't tried again for ever.
    restart: 'on-failure:5',
    stop_grace_period: '15s',
    init: true,
  };
}

/** What is let out, on this machine only. */
const exposed = (port: number): Service => ({
  ports: [`127.0.0.1:${port}:${port}`],
  networks: ['data', 'outside'],
});

const kafka: Service = {
  image: images.kafka,
  entrypoint: ['/bin/sh', '-c'],
  command: [
    // What is formatted has the id it was formatted with, and the first step names another one each time.
    `[ -e ${layout.kafkaLog}/meta.properties ] || ` +
      `java -cp '${layout.kafkaLibraries}/*' @${layout.party}/format.args && ` +
      `exec java -Xmx256m -XX:+UseSerialGC -Dlog4j2.configurationFile=${layout.party}/log4j2.properties ` +
      `-cp '${layout.kafkaLibraries}/*' kafka.Kafka ${layout.party}/server.properties`,
  ],
  ...hardened({ memory: '1g', cpus: 2, pids: 512 }),
  environment: { LOG_DIR: '/tmp' },
  volumes: [partyMount('kafka'), stateMount('kafka-state')],
  networks: ['data'],
  healthcheck: check([
    'CMD',
    '/opt/kafka/bin/kafka-broker-api-versions.sh',
    '--bootstrap-server',
    `127.0.0.1:${parts.kafkaInner.defaultPort}`,
    '--command-config',
    `${layout.party}/probe.properties`,
  ]),
  depends_on: whenDone('authority'),
  restart: 'unless-stopped',
  stop_grace_period: '30s',
};

const redis: Service = {
  image: images.redis,
  command: ['redis-server', `${layout.party}/redis.conf`],
  ...hardened({ memory: '768m', cpus: 1, pids: 64 }),
  volumes: [partyMount('redis'), stateMount('redis-state')],
  networks: ['data'],
  healthcheck: check([
    'CMD',
    'redis-cli',
    // Redis that still reads its log answers, with an error.
    '-e',
    '-p',
    String(parts.redis.defaultPort),
    '--tls',
    '--cacert',
    `${layout.party}/ca.pem`,
    '--cert',
    `${layout.party}/cert.pem`,
    '--key',
    `${layout.party}/key.pem`,
    'ping',
  ]),
  depends_on: whenDone('authority'),
  restart: 'unless-stopped',
};

/** The Compose file as data: the programs, their ports and how they are seen to serve are those of `npm start`. */
export function composeFile(): Service {
  const nothing = { accessKeyId: '', secretAccessKey: '' };
  const settings = describedSettings();
  const [infrastructure, workers] = [
    describeInfrastructure(settings),
    describeWorkers(settings, {} as KeyArns, new Proxy({}, { get: () => nothing }) as never),
  ];
  const services: Record<string, Service> = {
    authority: {
      image: ownImage,
      build: '.',
      ...step('prepare', []),
      volumes: [
        ...preparedVolumes,
        ...states.map((source) => ({ type: 'volume', source, target: `/weir/volumes/${source}` })),
      ],
    },
    kafka,
    redis,
  };
  for (const plan of infrastructure) services[plan.name] = ownService(plan, small, whenDone('authority'));
  services['provision'] = {
    ...own,
    ...step('provision', ['data']),
    volumes: preparedVolumes,
    depends_on: whenHealthy('kafka', 'redis', 'kms'),
  };
  for (const plan of workers) {
    services[plan.name] = ownService(plan, limitsOf[plan.name] ?? medium, {
      ...whenDone('provision'),
      ...whenHealthy('inbox'),
    });
  }
  services['inbox'] = { ...services['inbox'], ...exposed(containerPorts.inbox) };
  services['ingest'] = { ...services['ingest'], ...exposed(containerPorts.door) };
  services['alerting'] = { ...services['alerting'], ...exposed(containerPorts.alerts) };
  services['replay'] = { ...services['replay'], ...exposed(containerPorts.replayApi) };
  services['tools'] = {
    ...own,
    profiles: ['tools'],
    entrypoint: ['node', `--env-file=${layout.party}/${layout.environmentFile}`, 'packages/cli/src/main.ts'],
    ...hardened(medium),
    volumes: [partyMount('ops'), stateMount('door-state')],
    networks: ['data'],
    depends_on: whenDone('provision'),
    restart: 'no',
  };
  return {
    name: 'weir',
    services,
    networks: { data: { internal: true }, outside: {} },
    volumes: Object.fromEntries(['home', 'parties', ...states].map((name) => [name, {}])),
  };
}

/** Enough to describe the programs; what they are told is written by the two steps, and never stands in the file. */
const describedSettings = (): StackSettings => ({
  home: layout.home,
  ports: containerPorts,
  security: undefined,
  ownKafkaBrokers: undefined,
  kafkaAccess: {},
  ownRedisUrl: undefined,
  redisAccess: {},
  ownSmtpUrl: undefined,
  webhookAccess: {},
  alertsAccess: {},
  mailFrom: '',
  mailTo: '',
  kafka: undefined,
  redis: undefined,
  callersFile: '',
  indexKeyFile: '',
  routingKeyFile: '',
  logLevel: 'info',
});
