import type { Command } from 'commander';

/** What every command takes that asks an API; `called` is "the API of alerts". */
export const askingApi = (command: Command, called: string): Command =>
  command
    .option('--api <url>', `${called} (default: of the stack that runs here)`)
    .option(
      '--token-file <file>',
      'where the token stands (default: what WEIR_TOKEN says, else one that was made for this machine)',
    )
    .option('--ca <file>', 'the authority (PEM) that vouches for it (default: of the stack that runs here)')
    .option('--json', 'for scripts');
