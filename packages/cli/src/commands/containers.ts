import type { Command } from 'commander';
import { containerFolders, prepareContainers, provisionContainers } from '@weir/local';
import { provisionLog } from '../local/provision-log.ts';
import type { CommandContext } from '../command-context.ts';

/** Where docker-compose.yml mounts what the two steps make. */
const defaultRoot = '/weir';

/** The two steps that docker-compose.yml runs before everything else; they need no container themselves. */
export function addContainersCommand(program: Command, { terminal }: CommandContext): void {
  const containers = program
    .command('containers')
    .description('the two steps docker-compose.yml runs before the workers');
  containers
    .command('prepare')
    .description('make certificates, passwords, and the configuration of Kafka, Redis, KMS and inbox')
    .option('--root <folder>', 'where to make them', defaultRoot)
    .action(async ({ root }: { root: string }) => {
      await prepareContainers(containerFolders(root));
      terminal.say('Certificates, passwords and configuration are made');
    });
  containers
    .command('provision')
    .description('make keys, topics and grants, open the log, and make the configuration of the workers')
    .option('--root <folder>', 'where the first step made its files', defaultRoot)
    .action(async ({ root }: { root: string }) => {
      const folders = containerFolders(root);
      await provisionLog(folders.home, await provisionContainers(folders));
      terminal.say('The log is open, and every worker has its configuration');
    });
}
