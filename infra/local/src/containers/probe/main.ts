// Asks one address of this container whether it serves, for the container's
// health check. It imports nothing of ours, so that it starts quickly.
import { get as getByHttp } from 'node:http';
import { get as getByHttps } from 'node:https';

const url = process.argv[2] ?? '';
const get = url.startsWith('https:') ? getByHttps : getByHttp;
get(url, { timeout: 5_000 }, (response) => {
  process.exitCode = response.statusCode === 200 ? 0 : 1;
  response.resume();
})
  .on('timeout', () => process.exit(1))
  .on('error', () => process.exit(1));
