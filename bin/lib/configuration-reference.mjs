import { existsSync, globSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  describeConfig,
  kafkaFields,
  kmsFields,
  redisFields,
  workerFields,
} from '../../packages/runtime/src/index.ts';
import { repositoryRoot } from './repository.mjs';

/** What several workers share is told once. */
const shared = [
  { title: 'Every worker', fields: workerFields },
  { title: 'Kafka', fields: kafkaFields },
  { title: 'KMS', fields: kmsFields },
  { title: 'Redis', fields: redisFields },
];

/** In the order a transaction meets them. A schema that isn't here comes last, under its own name. */
const sections = {
  ingestConfig: { title: 'Ingest' },
  detectionConfig: { title: 'Detection' },
  upkeepConfig: {
    title: 'Windows',
    intro:
      'The process behind `weir windows verify` and `weir windows rebuild`, with the rights of detection.',
  },
  alertingConfig: { title: 'Alerting' },
};

/** docs/reference/configuration.md, from the schemas that the services read their environment with. */
export async function configurationPage() {
  const schemas = await findSchemas();
  return [
    '# Configuration',
    'Each worker reads its environment once, at start, and prints it with secrets left out. Everything that is wrong is told at once, by the name of the variable, with exit code 78. A variable that is set to nothing counts as unset; one that no worker knows is ignored. This page is generated from the code.',
    ...shared.flatMap(({ title, fields }) => [
      `## ${title}`,
      usersOf(fields, schemas),
      describeConfig({ shape: fields }),
    ]),
    ...schemas.flatMap(({ title, intro, schema }) => [
      `## ${title}`,
      ...(intro === undefined ? [] : [intro]),
      describeConfig({ shape: ownFields(schema) }),
    ]),
  ];
}

/** Every schema in a file of a service that is called config or ends in -config. */
async function findSchemas() {
  const found = new Map();
  for (const service of readdirSync(join(repositoryRoot, 'services')).toSorted()) {
    const folder = join(repositoryRoot, 'services', service);
    // A folder that another branch left behind holds no sources.
    if (!existsSync(join(folder, 'package.json'))) continue;
    const schemas = await schemasIn(folder);
    if (schemas.length === 0) {
      throw new TypeError(
        `services/${service} has no configuration: export its zod object from src/config.ts`,
      );
    }
    for (const [name, schema] of schemas) found.set(name, schema);
  }
  const gone = Object.keys(sections).filter((name) => !found.has(name));
  if (gone.length > 0) throw new TypeError(`No service exports ${gone.join(', ')} any more.`);
  const names = [...Object.keys(sections), ...[...found.keys()].filter((name) => !(name in sections))];
  return names.map((name) => ({ title: titleOf(name), ...sections[name], schema: found.get(name) }));
}

async function schemasIn(folder) {
  const files = globSync('src/**/{config,*-config}.ts', { cwd: folder }).toSorted();
  const modules = await Promise.all(files.map((file) => import(pathToFileURL(join(folder, file)).href)));
  return modules.flatMap((module) => Object.entries(module).filter(([, value]) => isSchema(value)));
}

/** A zod object, told by its shape: the launchers import no library. */
const isSchema = (value) => typeof value?.safeParse === 'function' && value.shape !== undefined;

/** "notaryConfig" becomes "Notary". */
function titleOf(name) {
  const words = name.replace(/Config$/, '').replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Shared is a set of fields where a schema takes the very same ones, all of them: others have their own meaning. */
const takes = (schema, fields) =>
  Object.entries(fields).every(([variable, field]) => schema.shape[variable] === field);

function ownFields(schema) {
  const told = shared
    .filter(({ fields }) => takes(schema, fields))
    .flatMap(({ fields }) => Object.keys(fields));
  return Object.fromEntries(Object.entries(schema.shape).filter(([variable]) => !told.includes(variable)));
}

function usersOf(fields, schemas) {
  const users = schemas.filter(({ schema }) => takes(schema, fields));
  return `Read by: ${users.map(({ title }) => title.toLowerCase()).join(', ')}.`;
}
