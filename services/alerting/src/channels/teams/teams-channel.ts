import type { Channel } from '../channel.ts';
import { createChatChannel } from '../chat/chat-channel.ts';
import type { ChatChannelOptions } from '../chat/chat-channel.ts';
import { renderTeams } from './render-teams.ts';

/**
 * Posts to a workflow of Microsoft Teams ("When a Teams webhook request is received"); `url` is its secret.
 * Teams takes four requests a second.
 */
export const createTeamsChannel = (options: ChatChannelOptions): Channel =>
  createChatChannel(options, { name: 'teams', render: renderTeams });
