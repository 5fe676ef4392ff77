import type { Receiver, Routing } from '@weir/alerts';
import { WeirError } from '@weir/contracts';
import type { Channel } from '../channels/channel.ts';
import { channelOf } from './channel-kinds.ts';
import type { ChannelContext } from './channel-kinds.ts';
import { problemAt } from './receiver-fields.ts';
import type { ReceiverProblem } from './receiver-fields.ts';

export type OpenedReceivers =
  | { readonly ok: true; readonly channels: ReadonlyMap<string, Channel> }
  | { readonly ok: false; readonly problems: readonly ReceiverProblem[] };

/** Opens a channel for each receiver of a document: all of them, or none. Sends and connects nothing. Never throws. */
export function openReceivers({ receivers }: Routing, context: ChannelContext): OpenedReceivers {
  const channels = new Map<string, Channel>();
  const problems: ReceiverProblem[] = [];
  for (const [index, receiver] of receivers.entries()) {
    const opened = openOne(receiver, context);
    if (opened.ok) channels.set(receiver.id, opened.channel);
    else
      problems.push(
        ...opened.problems.map(({ path, message }) => ({ path: `receivers.${index}.${path}`, message })),
      );
  }
  if (problems.length === 0) return { ok: true, channels };
  for (const channel of channels.values()) channel.close();
  return { ok: false, problems };
}

type OpenedOne =
  | { readonly ok: true; readonly channel: Channel }
  | { readonly ok: false; readonly problems: readonly ReceiverProblem[] };

function openOne(receiver: Receiver, context: ChannelContext): OpenedOne {
  try {
    return channelOf(receiver, context);
  } catch (error) {
    // What only the channel itself can find out, such as two addresses that it can't tell apart.
    if (!(error instanceof WeirError) || error.code !== 'config_invalid') throw error;
    return problemAt('channel', error.message);
  }
}
