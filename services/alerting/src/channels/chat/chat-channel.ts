import type { Ruleset } from '@weir/rules';
import type { Channel } from '../channel.ts';
import { createHttpChannel, jsonBody } from '../http/http-channel.ts';
import type { HttpReceiver } from '../http/http-channel.ts';
import { chatMessage } from './chat-message.ts';
import type { ChatMessage } from './chat-message.ts';

export type ChatChannelOptions = HttpReceiver & {
  readonly rulesetOf: (ref: string) => Ruleset | undefined;
};

/**
 * Posts what a chat shows to an incoming webhook of its own, one at a time. Chats drop no doubles: one that
 * was sent twice says so by the same delivery key at its foot.
 */
export const createChatChannel = (
  options: ChatChannelOptions,
  { name, render }: { readonly name: 'slack' | 'teams'; readonly render: (message: ChatMessage) => object },
): Channel =>
  createHttpChannel(options, {
    name,
    minTls: 'TLSv1.2',
    maxParallel: 1,
    requestsOf: ({ notification, deliveryKey }) => [
      {
        headers: {},
        body: jsonBody(render(chatMessage(notification, { deliveryKey, rulesetOf: options.rulesetOf }))),
      },
    ],
  });
