import { WeirError } from '@weir/contracts';
import type { Channel } from '../channels/channel.ts';
import type { ChannelContext } from './channel-kinds.ts';
import { loadRoutes } from './load-routes.ts';
import type { LoadedRoutes, RoutesSource } from './load-routes.ts';

const mostProblemsSaid = 10;

export type Routes = {
  /** The routing in force and its channels. Always of one document. */
  readonly current: () => LoadedRoutes;
  /**
   * Reads everything anew, the files of secrets too. Throws WeirError config_invalid, and leaves what is in
   * force, where anything of it can't be taken.
   */
  readonly reload: () => void;
  readonly close: () => void;
};

/** Puts the routing in force. Throws WeirError config_invalid that names each problem where it can't be taken. */
export function openRoutes(options: {
  readonly source: RoutesSource;
  readonly context: ChannelContext;
  /** Called whenever a document comes into force, the first included. */
  readonly onLoaded: (routes: LoadedRoutes) => void;
}): Routes {
  const { source, context, onLoaded } = options;
  const retired = new Map<Channel, NodeJS.Timeout>();

  function load(): LoadedRoutes {
    const outcome = loadRoutes(source, context);
    if (outcome.ok) return outcome.routes;
    const { problems } = outcome;
    const more = problems.length - mostProblemsSaid;
    const said = problems.slice(0, mostProblemsSaid).join('; ');
    throw new WeirError('config_invalid', more > 0 ? `${said}; and ${more} more` : said);
  }

  /** Not before what it is sending has ended: then it is cut off, as a stop would. */
  function retire(channel: Channel): void {
    const timer = setTimeout(() => {
      retired.delete(channel);
      channel.close();
    }, 2 * channel.timeoutMs);
    timer.unref();
    retired.set(channel, timer);
  }

  let current = load();
  onLoaded(current);
  return {
    current: () => current,
    reload: () => {
      const before = current;
      current = load();
      for (const channel of before.channels.values()) retire(channel);
      onLoaded(current);
    },
    close: () => {
      for (const [channel, timer] of retired) {
        clearTimeout(timer);
        channel.close();
      }
      for (const channel of current.channels.values()) channel.close();
    },
  };
}
