// Builds the package as it is published, into dist/ or the folder given: one
// module, its types and a package.json. The workspaces it is made of are in it;
// everything that comes from a registry stays a dependency.
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transform } from 'esbuild';
import { rollup } from 'rollup';
import type { Plugin } from 'rollup';
import { dts } from 'rollup-plugin-dts';

type Manifest = Readonly<Record<string, unknown>> & {
  readonly dependencies?: Readonly<Record<string, string>>;
};

const home = join(import.meta.dirname, '..');
const repository = join(home, '../..');
const target = resolve(process.argv[2] ?? join(home, 'dist'));
const input = join(home, 'src/index.ts');
/** Loaded by `require`, for its guards to be in place before it: no import shows it. */
const requiredLibraries = ['kafkajs'];

const isWorkspace = (name: string): boolean => name.startsWith('@weir/');
const isLibrary = (name: string): boolean => !isWorkspace(name) && !/^[./]/.test(name);
const readManifest = async (folder: string): Promise<Manifest> =>
  JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Manifest;

/** What the workspaces that this one is made of need from a registry, at the versions they are tested with. */
async function librariesOf(manifest: Manifest): Promise<Record<string, string>> {
  const libraries: Record<string, string> = {};
  for (const [name, version] of Object.entries(manifest.dependencies ?? {})) {
    if (!isWorkspace(name)) libraries[name] = version;
    else
      Object.assign(libraries, await librariesOf(await readManifest(join(repository, 'node_modules', name))));
  }
  return libraries;
}

const resolution: Plugin = {
  name: 'workspaces',
  resolveId: (name) => (isWorkspace(name) ? fileURLToPath(import.meta.resolve(name)) : null),
};

const typeStripping: Plugin = {
  name: 'type-stripping',
  transform: async (code, file) => {
    if (!file.endsWith('.ts')) return null;
    const { code: stripped } = await transform(code, { loader: 'ts', target: 'node22', sourcefile: file });
    return { code: stripped, map: null };
  },
};

/** Bundles the module; answers the libraries it imports. */
async function bundleModule(): Promise<readonly string[]> {
  const bundle = await rollup({
    input,
    external: isLibrary,
    plugins: [resolution, typeStripping],
    // Of a workspace's module nothing stays that the subscriber doesn't use.
    treeshake: { moduleSideEffects: false },
  });
  const { output } = await bundle.write({ file: join(target, 'index.js'), format: 'es' });
  await bundle.close();
  return output[0].imports.filter((name) => !name.startsWith('node:'));
}

async function bundleTypes(): Promise<void> {
  const bundle = await rollup({
    input,
    external: isLibrary,
    plugins: [resolution, dts({ tsconfig: join(repository, 'tsconfig.base.json') })],
  });
  await bundle.write({ file: join(target, 'index.d.ts'), format: 'es' });
  await bundle.close();
}

const manifest = await readManifest(home);
const libraries = await librariesOf(manifest);
await rm(target, { recursive: true, force: true });
await mkdir(target, { recursive: true });
const needed = [...(await bundleModule()), ...requiredLibraries].sort();
await bundleTypes();

const { devDependencies: _development, scripts: _scripts, ...published } = manifest;
await writeFile(
  join(target, 'package.json'),
  `${JSON.stringify(
    {
      ...published,
      exports: { '.': { types: './index.d.ts', default: './index.js' } },
      types: './index.d.ts',
      files: ['index.js', 'index.d.ts', 'examples'],
      dependencies: Object.fromEntries(needed.map((name) => [name, libraries[name]])),
    },
    undefined,
    2,
  )}\n`,
);
await mkdir(join(target, 'examples'));
await copyFile(join(home, 'examples/postgres.ts'), join(target, 'examples/postgres.ts'));
await copyFile(join(home, 'README.md'), join(target, 'README.md'));
await copyFile(join(repository, 'LICENSE'), join(target, 'LICENSE'));
