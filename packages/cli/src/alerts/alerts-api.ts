import type { LocalToken } from '@weir/local';
import type { CommandContext } from '../command-context.ts';
import { connectApi, type ApiOptions, type AskApi } from '../http/connect-api.ts';

/** Asks the API of alerts, by default that of the local stack as its analyst. */
export const connectAlerts = (
  options: ApiOptions,
  context: Pick<CommandContext, 'env' | 'home' | 'stopping'>,
  localToken: LocalToken = 'analyst',
): AskApi =>
  connectApi(
    { called: 'API of alerts', address: 'ALERTS_URL', scopes: 'alerts:read alerts:act' },
    options,
    context,
    localToken,
  ).ask;
