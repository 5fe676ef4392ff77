import type { Channel } from '../channel.ts';
import { createChatChannel } from '../chat/chat-channel.ts';
import type { ChatChannelOptions } from '../chat/chat-channel.ts';
import { renderSlack } from './render-slack.ts';

/**
 * Posts to an incoming webhook of Slack; `url` is its secret. Slack takes about one message a second, and
 * 429 waits for as long as Slack says.
 */
export const createSlackChannel = (options: ChatChannelOptions): Channel =>
  createChatChannel(options, { name: 'slack', render: renderSlack });
