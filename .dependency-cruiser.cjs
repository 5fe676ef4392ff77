// Who may import whom. Everything that is not listed here is refused, so a new
// import across a border is a decision made in this file.
//
// Layers: services -> adapters -> core. Each third-party library has one
// importer, the adapter that is named after what it is for.

const core = ['contracts', 'windows', 'scoring', 'rules', 'learning', 'envelope'];
const adapters = ['kafka', 'kms', 'window-store', 'team-model', 'runtime', 'connections'];

/** For each workspace: the workspaces, libraries and parts of Node that its sources may import. */
const workspaces = {
  'packages/contracts': {
    uses: [],
    libraries: ['zod', 'ibantools', 'card-validator', 'currency-codes'],
    node: ['crypto'],
  },
  'packages/windows': { uses: ['contracts'], libraries: [], node: [] },
  'packages/scoring': { uses: ['contracts', 'windows'], libraries: [], node: [] },
  'packages/rules': {
    uses: ['contracts', 'windows', 'scoring'],
    libraries: ['zod', '@marcbachmann/cel-js'],
    node: [],
  },
  'packages/rulebook': {
    uses: ['contracts', 'windows', 'scoring', 'rules'],
    libraries: ['yaml'],
    node: [],
  },
  'packages/learning': { uses: ['contracts', 'windows', 'scoring'], libraries: [], node: [] },
  'packages/envelope': { uses: ['contracts'], libraries: [], node: ['crypto'] },
  'packages/kafka': { uses: ['contracts'], libraries: ['kafkajs'], node: 'any' },
  'packages/kms': { uses: ['contracts', 'envelope'], libraries: ['@aws-sdk/client-kms'], node: 'any' },
  'packages/window-store': { uses: ['contracts', 'windows'], libraries: ['ioredis'], node: 'any' },
  'packages/team-model': {
    uses: ['contracts', 'windows'],
    libraries: ['onnxruntime-node'],
    node: 'any',
  },
  'packages/runtime': { uses: ['contracts'], libraries: ['zod', 'pino', 'prom-client'], node: 'any' },
  'packages/connections': {
    uses: ['contracts', 'envelope', 'kafka', 'kms', 'runtime'],
    libraries: ['zod'],
    node: 'any',
  },
  'packages/audit': { uses: ['contracts', 'envelope', 'kafka'], libraries: [], node: 'any' },
  'packages/artefacts': { uses: ['contracts', 'envelope', 'kafka'], libraries: [], node: ['crypto'] },
  'packages/outbound': { uses: [], libraries: [], node: 'any' },
  'packages/alerts': { uses: ['contracts'], libraries: ['zod', 'luxon'], node: ['crypto'] },
  'packages/alert-store': {
    uses: ['contracts', 'alerts', 'runtime'],
    libraries: ['pg', '@electric-sql/pglite'],
    node: 'any',
  },
  'packages/access': { uses: ['contracts', 'audit', 'runtime'], libraries: ['zod', 'fastify'], node: 'any' },
  'packages/models': { uses: ['contracts', 'envelope', 'kafka'], libraries: [], node: 'any' },
  'packages/lists': { uses: ['contracts', 'envelope', 'kafka', 'models'], libraries: [], node: 'any' },
  'packages/subscriber': {
    uses: ['contracts', 'envelope', 'kafka', 'kms'],
    libraries: ['zod'],
    node: 'any',
  },
  'packages/verdicts': {
    uses: [...core, 'artefacts', 'audit', 'kafka', 'lists', 'models', 'team-model'],
    libraries: [],
    node: ['crypto', 'fs', 'fs/promises', 'path'],
  },
  'packages/replays': { uses: ['contracts', 'audit', 'backtest'], libraries: ['zod'], node: ['crypto'] },
  'packages/simulator': { uses: ['contracts', 'windows'], libraries: ['ibantools'], node: [] },
  'packages/backtest': {
    uses: ['contracts', 'windows', 'scoring', 'rules', 'learning'],
    libraries: ['zod', 'csv-parse'],
    node: 'any',
  },
  'packages/testkit': { uses: ['contracts', 'local'], libraries: [], node: 'any' },
  'packages/cli': {
    uses: [
      ...core,
      ...adapters,
      'alerts',
      'artefacts',
      'audit',
      'backtest',
      'lists',
      'models',
      'replays',
      'rulebook',
      'simulator',
      'local',
      'ingest',
    ],
    libraries: ['zod', 'commander', 'fflate', 'age-encryption'],
    node: 'any',
  },
  'services/ingest': {
    uses: [
      ...core,
      'access',
      'artefacts',
      'audit',
      'lists',
      'models',
      'rulebook',
      'team-model',
      'kafka',
      'kms',
      'runtime',
      'connections',
    ],
    libraries: ['zod', 'csv-parse', 'fastify'],
    node: 'any',
  },
  'services/detection': {
    uses: [...core, ...adapters, 'artefacts', 'audit', 'lists', 'models', 'verdicts'],
    libraries: ['zod'],
    node: 'any',
  },
  'services/replay': {
    uses: [
      ...core,
      'access',
      'artefacts',
      'audit',
      'kafka',
      'kms',
      'models',
      'outbound',
      'replays',
      'rulebook',
      'runtime',
      'connections',
      'verdicts',
    ],
    libraries: ['zod', 'fastify'],
    node: 'any',
  },
  'services/learner': {
    uses: [...core, 'audit', 'models', 'kafka', 'runtime', 'connections'],
    libraries: ['zod'],
    node: 'any',
  },
  'services/notary': {
    uses: [...core, 'audit', 'kafka', 'kms', 'runtime', 'connections'],
    libraries: ['zod'],
    node: 'any',
  },
  'services/alerting': {
    uses: [
      ...core,
      'access',
      'alerts',
      'alert-store',
      'audit',
      'kafka',
      'kms',
      'outbound',
      'rulebook',
      'runtime',
      'connections',
    ],
    libraries: ['zod', 'nodemailer', '@resvg/resvg-wasm', 'fastify'],
    node: 'any',
  },
  'infra/local': {
    uses: ['contracts', 'kms', 'runtime'],
    libraries: ['zod', 'smtp-server', 'mailparser', '@peculiar/x509', 'reflect-metadata', 'yaml'],
    node: 'any',
  },
  'infra/local-kms': {
    uses: [],
    libraries: ['zod', '@smithy/signature-v4', '@smithy/protocol-http', '@aws-crypto/sha256-js'],
    node: 'any',
  },
};

const folderOf = Object.fromEntries(Object.keys(workspaces).map((folder) => [folder.split('/')[1], folder]));

const escape = (text) => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
const anyOf = (alternatives) => `(?:${alternatives.join('|')})`;
const source = (folder) => `^${escape(folder)}/`;
const library = (name) => `(?:^|/)node_modules/(?:@types/)?${escape(name)}/`;

/** What tests share: fixtures, contract suites that several adapters pass, clients made for tests. */
const testSupport =
  '\\.test\\.ts$|\\.fixture\\.ts$|[.-]contract\\.ts$|/testing\\.ts$|-test-[a-z-]+\\.ts$|/fixtures/|^test/';

/** Files that only run in a test or at a developer's desk; they may reach further. */
const testFile = `(?:${testSupport}|/src/generate/|^packages/subscriber/(?:examples|scripts)/)`;

const allowed = Object.entries(workspaces).flatMap(([folder, may]) => {
  const from = { path: source(folder) };
  const rules = [{ from, to: { path: source(folder) } }];
  const targets = [...may.uses.map((name) => source(folderOf[name])), ...may.libraries.map(library)];
  if (targets.length > 0) rules.push({ from, to: { path: anyOf(targets) } });
  if (may.node === 'any') rules.push({ from, to: { dependencyTypes: ['core'] } });
  else if (may.node.length > 0) {
    rules.push({ from, to: { dependencyTypes: ['core'], path: `^(?:node:)?${anyOf(may.node)}$` } });
  }
  return rules;
});

/** Tests may use Node, the test libraries, and whatever lies in any workspace; `forbidden` still holds for them. */
const allowedInTests = [
  { from: { path: testFile }, to: { dependencyTypes: ['core'] } },
  { from: { path: testFile }, to: { path: anyOf(Object.keys(workspaces).map(source).concat('^test/')) } },
  {
    from: { path: testFile },
    to: {
      path: anyOf(
        [
          'fast-check',
          'ajv',
          'standardwebhooks',
          '@asyncapi/parser',
          '@seriousme/openapi-schema-validator',
          'autocannon',
          'fastify',
          'zod',
        ].map(library),
      ),
    },
  },
  {
    from: {
      path: '^packages/subscriber/(?:examples/|scripts/|src/[^/]*\\.test\\.ts$)|^test/bench/product/subscriber\\.ts$',
    },
    to: {
      path: anyOf(['@electric-sql/pglite', 'esbuild', 'rollup', 'rollup-plugin-dts', 'publint'].map(library)),
    },
  },
];

module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      comment: 'Two files that need each other are one file, or lack a third.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'not-unresolvable',
      comment: 'The import leads nowhere.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-undeclared-library',
      comment: 'A library has to stand in the package.json of the workspace that imports it.',
      severity: 'error',
      from: { pathNot: testFile },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'services-are-apart',
      comment: 'Services speak through topics only.',
      severity: 'error',
      from: { path: '^services/([^/]+)/', pathNot: testFile },
      to: { path: '^services/', pathNot: '^services/$1/' },
    },
    {
      name: 'tests-stay-outside',
      comment: 'What runs in production must not import a test, a fixture or the test kit.',
      severity: 'error',
      from: { path: '^(?:packages|services|infra)/', pathNot: `${testFile}|^packages/testkit/` },
      to: { path: `${testSupport}|^packages/testkit/` },
    },
  ],
  allowed: [...allowed, ...allowedInTests],
  allowedSeverity: 'error',
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^packages/subscriber/dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    combinedDependencies: false,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'types', 'default'],
      extensions: ['.ts', '.mjs', '.js', '.cjs', '.json', '.d.ts'],
    },
  },
};
