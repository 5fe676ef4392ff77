import { resolveHome } from '../home.ts';
import { installKafka } from '../kafka/install-kafka.ts';
import { LocalError } from '../local-error.ts';
import { installRedis } from '../redis/install-redis.ts';

const home = resolveHome(process.env);

function say(sentence: string): void {
  process.stderr.write(`${sentence}\n`);
}

try {
  await installKafka(home, say);
  await installRedis(home, say);
  say(`Kafka and Redis are installed in ${home}`);
} catch (error) {
  if (!(error instanceof LocalError)) throw error;
  say(error.message);
  process.exitCode = 1;
}
