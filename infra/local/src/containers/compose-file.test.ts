import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { repositoryRoot } from '../home.ts';
import { composeText } from './compose-text.ts';
import { layout } from './layout.ts';

const read = (path: string): string => readFileSync(join(repositoryRoot, path), 'utf8');

type Mount = {
  readonly source: string;
  readonly target: string;
  readonly read_only?: boolean;
  readonly volume?: { readonly subpath?: string; readonly nocopy?: boolean };
};
type Service = {
  readonly image: string;
  readonly build?: string;
  readonly pull_policy?: string;
  readonly user: string;
  readonly read_only: boolean;
  readonly privileged?: boolean;
  readonly cap_add?: readonly string[];
  readonly cap_drop: readonly string[];
  readonly security_opt: readonly string[];
  readonly mem_limit: string;
  readonly cpus: number;
  readonly pids_limit: number;
  readonly restart: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly networks?: readonly string[];
  readonly network_mode?: string;
  readonly volumes: readonly Mount[];
  readonly healthcheck?: object;
  readonly profiles?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
};
type Compose = {
  readonly services: Readonly<Record<string, Service>>;
  readonly networks: Readonly<Record<string, { readonly internal?: boolean }>>;
};

const text = composeText();
const compose = parse(text) as Compose;
const services = Object.entries(compose.services);
const runsOnce = ['authority', 'provision', 'tools'];

test('docker-compose.yml is what the description of the stack says', () => {
  assert.equal(read('docker-compose.yml'), text);
});

test('the file holds against the published Compose schema', () => {
  const { $schema: _, ...schema } = JSON.parse(
    read('infra/local/src/containers/compose-spec.excerpt.json'),
  ) as {
    readonly $schema: string;
  };
  const validate = new Ajv({ strict: false, validateFormats: false }).compile(schema);
  assert.equal(validate(compose), true, JSON.stringify(validate.errors));
  const [name = '', service] = services[0] ?? [];
  assert.equal(validate({ ...compose, services: { [name]: { ...service, reed_only: true } } }), false);
});

test('every part of the stack has its service', () => {
  const expected = [
    'alerting',
    'authority',
    'detection',
    'inbox',
    'ingest',
    'kafka',
    'kms',
    'learner',
    'notary',
    'provision',
    'redis',
    'replay',
    'tools',
  ];
  assert.deepEqual(services.map(([name]) => name).toSorted(), expected);
});

test('no service is root, gains a right, or writes to its own file system', () => {
  for (const [name, service] of services) {
    assert.match(service.user, /^[1-9]\d*:[1-9]\d*$/, name);
    assert.equal(service.read_only, true, name);
    assert.deepEqual(service.cap_drop, ['ALL'], name);
    assert.deepEqual(service.security_opt, ['no-new-privileges:true'], name);
    assert.equal(service.cap_add, undefined, name);
    assert.equal(service.privileged, undefined, name);
  }
});

test('every service is bounded in memory, processors and processes, and every lasting one is watched', () => {
  for (const [name, service] of services) {
    assert.match(service.mem_limit, /^\d+[mg]$/, name);
    assert.ok(service.cpus > 0 && service.pids_limit > 0, name);
    const once = runsOnce.includes(name);
    assert.equal(service.healthcheck === undefined, once, name);
    assert.equal(service.restart === 'no', once, name);
  }
});

test('images are pinned to exact versions', () => {
  for (const [name, { image }] of services) {
    if (image === 'weir:local') continue;
    assert.match(image, /^[a-z/]+:\d+\.\d+\.\d+(-[a-z]+)?$/, name);
  }
  for (const [, from] of read('Dockerfile').matchAll(/^FROM (\S+)/gm))
    assert.match(from ?? '', /^node:\d+\.\d+\.\d+-/);
});

test('our image is built once, and asked for nowhere', () => {
  const own = services.filter(([, { image }]) => image === 'weir:local');
  assert.deepEqual(
    own.filter(([, { build }]) => build !== undefined).map(([name]) => name),
    ['authority'],
  );
  for (const [name, { build, pull_policy }] of own)
    assert.equal(pull_policy, build === undefined ? 'never' : undefined, name);
});

test('only the door, the APIs of alerts and replays and the pages of the inbox are let out, on this machine alone', () => {
  assert.equal(compose.networks['data']?.internal, true);
  for (const [name, { ports, networks, network_mode }] of services) {
    const isExposed = ['ingest', 'inbox', 'alerting', 'replay'].includes(name);
    assert.equal(ports !== undefined, isExposed, name);
    for (const port of ports ?? []) assert.match(port, /^127\.0\.0\.1:(18443|19105|19107|11080):\1$/, name);
    if (name === 'authority') assert.equal(network_mode, 'none');
    else assert.deepEqual(networks, isExposed ? ['data', 'outside'] : ['data'], name);
  }
});

test('no secret stands in the file, and no environment but where the authority is', () => {
  for (const [name, { environment = {} }] of services) {
    assert.deepEqual(
      Object.keys(environment).filter((variable) => !['NODE_EXTRA_CA_CERTS', 'LOG_DIR'].includes(variable)),
      [],
      name,
    );
  }
  assert.doesNotMatch(text, /password|secret|BEGIN/i);
});

test('each service sees its own folder of what was made, read-only, and no other', () => {
  for (const [name, { volumes }] of services) {
    const its = volumes.filter(({ source }) => source === 'parties' || source === 'home');
    if (name === 'authority' || name === 'provision') continue;
    assert.equal(its.length, 1, name);
    assert.equal(its[0]?.target, layout.party, name);
    assert.equal(its[0]?.read_only, true, name);
    assert.equal(its[0]?.volume?.subpath, name === 'tools' ? 'ops' : name, name);
    // The folder isn't there when the container is made, only when it starts.
    assert.equal(its[0]?.volume?.nocopy, true, name);
  }
});

test('what a service waits for exists, and is watched or ends', () => {
  for (const [name, { depends_on = {} }] of services) {
    for (const [other, { condition }] of Object.entries(depends_on)) {
      const found = compose.services[other];
      assert.ok(found !== undefined, `${name} waits for ${other}`);
      const once = condition === 'service_completed_successfully';
      assert.equal(runsOnce.includes(other), once, `${name} waits for ${other}`);
    }
  }
});

test('volumes of the image belong to the user the services run as', () => {
  const dockerfile = read('Dockerfile');
  const authority = compose.services['authority'];
  for (const { target } of authority?.volumes ?? []) assert.ok(dockerfile.includes(target), target);
  assert.match(dockerfile, /^USER 1000:1000$/m);
});
