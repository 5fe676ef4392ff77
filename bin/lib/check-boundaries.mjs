// Fails when a file imports what .dependency-cruiser.cjs does not allow, and
// when too few files were seen for the answer to mean anything.
import { cruise } from 'dependency-cruiser';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';
import config from '../../.dependency-cruiser.cjs';
import { repositoryRoot } from './repository.mjs';

/** A cruise that can't read TypeScript sees none of our files and finds nothing wrong with them. */
const fewestModules = 150;

process.chdir(repositoryRoot);
const { options, ...ruleSet } = config;
const { output } = await cruise(
  ['packages', 'services', 'infra', 'test'],
  { ...options, ruleSet, validate: true },
  undefined,
  { tsConfig: extractTSConfig(options.tsConfig.fileName) },
);
const { violations, totalCruised, totalDependenciesCruised } = output.summary;

for (const { from, to, rule, cycle } of violations) {
  const path = cycle === undefined ? to : cycle.map(({ name }) => name).join(' -> ');
  const comment = ruleSet.forbidden.find(({ name }) => name === rule.name)?.comment;
  console.error(
    `${from} -> ${path}\n  ${rule.name}: ${comment ?? 'This import is not on the list of allowed ones.'}`,
  );
}
if (violations.length > 0) process.exitCode = 1;

const sourceFiles = output.modules.filter(
  ({ source }) => /\.ts$/.test(source) && !source.includes('node_modules/'),
);
if (sourceFiles.length < fewestModules) {
  console.error(
    `Only ${sourceFiles.length} of our files were seen (at least ${fewestModules} are expected): the check is blind.`,
  );
  process.exitCode = 1;
}
console.log(
  `${sourceFiles.length} of our files (${totalCruised} modules, ${totalDependenciesCruised} imports), ${violations.length} violations`,
);
