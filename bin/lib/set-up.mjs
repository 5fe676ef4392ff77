import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError, isInstalled, nodeBinary, repositoryRoot, toolEnvironment } from './repository.mjs';
import { captureCommand, runCommand } from './run-command.mjs';

const oldestNode = 18;
const oldestJava = 17;
/** Says for which package files node_modules was installed last. */
const stampFile = join(repositoryRoot, 'node_modules', '.weir-installed');

/**
 * Makes sure that node_modules is there and fits the package files. Does
 * nothing, and says nothing, when that is so already.
 *
 * Throws SetupError with one sentence.
 */
export async function installPackages() {
  if (Number(process.versions.node.split('.')[0]) < oldestNode) {
    throw new SetupError(
      `Node ${process.versions.node} is too old: install Node ${oldestNode} or later and start again.`,
    );
  }
  if (isInstalled() && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === packageDigest()) return;
  process.stderr.write('Installing npm packages ...\n');
  await runNpmInstall();
  if (!isInstalled()) {
    throw new SetupError(
      'npm installed no Node 24 under node_modules/node: allow the install script of the package "node" (npm config ignore-scripts must be false) and start again.',
    );
  }
  // Computed after the installation, which may have completed the lock file.
  writeFileSync(stampFile, packageDigest());
}

async function runNpmInstall() {
  let code;
  try {
    // `npm install` and not `npm ci`: npm 11 fails there for optional packages of other platforms that a registry lacks.
    // Its output goes to stderr, so that what a command of ours prints stays clean.
    code = await runCommand('npm', ['install', '--no-progress', '--loglevel=error'], {
      stdio: ['ignore', 2, 2],
      // A package below @asyncapi/parser reports installations to its maker unless told not to.
      env: toolEnvironment({ SCARF_ANALYTICS: 'false' }),
    });
  } catch (cause) {
    throw new SetupError('npm was not found on the PATH: install Node with npm and start again.', { cause });
  }
  if (code !== 0) throw new SetupError(`npm install failed with exit code ${code}: see its messages above.`);
}

/** A digest of every package.json and of the lock file; times of files say little after a checkout. */
function packageDigest() {
  const hash = createHash('sha256');
  const files = ['package.json', 'package-lock.json', 'test/package.json'];
  for (const group of ['packages', 'services', 'infra']) {
    for (const name of readdirSync(join(repositoryRoot, group)).sort())
      files.push(`${group}/${name}/package.json`);
  }
  for (const file of files) {
    const path = join(repositoryRoot, file);
    if (existsSync(path)) hash.update(file).update('\0').update(readFileSync(path)).update('\0');
  }
  return hash.digest('hex');
}

/** Installs packages, checks Java and Maven, and fetches Kafka and Redis. Idempotent. */
export async function setUpEverything() {
  await installPackages();
  process.stderr.write('npm packages are installed\n');
  const java = await captureCommand('java', ['-version']);
  const version = Number(/version "(?:1\.)?(\d+)/.exec(java.output)?.[1] ?? 0);
  if (java.code !== 0 || version < oldestJava) {
    throw new SetupError(
      `Java ${oldestJava} or later is needed for Kafka and ${java.code === 0 ? `version ${version}` : 'none'} was found: install it (for example "apt-get install openjdk-17-jdk-headless").`,
    );
  }
  process.stderr.write(`Java ${version} is there\n`);
  const maven = await captureCommand('mvn', ['--version']);
  if (maven.code !== 0) {
    throw new SetupError(
      'Maven (mvn) was not found on the PATH: install it (for example "apt-get install maven").',
    );
  }
  process.stderr.write('Maven is there\n');
  const code = await runCommand(nodeBinary, [join(repositoryRoot, 'infra/local/src/install/main.ts')]);
  if (code !== 0) throw new SetupError('Kafka or Redis could not be installed: see the message above.');
}
