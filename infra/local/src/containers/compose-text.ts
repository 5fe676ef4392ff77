import { stringify } from 'yaml';
import { composeFile } from './compose-file.ts';

const heading = `# Generated from infra/local/src/containers by "npm run generate"; not edited by hand.
#   docker compose up --build --wait     everything; the mails are on http://127.0.0.1:11080
#   docker compose run --rm tools ledger any command of "weir", in the role of ops
`;

/** docker-compose.yml, whole. */
export const composeText = (): string =>
  heading +
  stringify(composeFile(), {
    lineWidth: 110,
    aliasDuplicateObjects: false,
    singleQuote: true,
    // The older reading takes "no" and "1000:1000" for something else, so they are put in quotes.
    version: '1.1',
  });
