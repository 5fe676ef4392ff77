import { apiFields as serverFields } from '@weir/access';
import { currencyOf } from '@weir/contracts';
import { z } from 'zod';

/** By currency, how much of one alert one person may let go alone, in minor units. */
export type AloneUpTo = Readonly<Record<string, number>>;

/** `EUR:100000,USD:100000`, in minor units. */
const aloneUpTo = z.string().transform((text, context): AloneUpTo => {
  const parts = text.split(',').map((part) => /^([A-Z]{3}):(\d{1,15})$/.exec(part.trim()));
  const limits = parts.flatMap((part) => {
    const [, currency = '', minor = ''] = part ?? [];
    return currencyOf(currency) !== undefined ? [[currency, Number(minor)] as const] : [];
  });
  const byCurrency = Object.fromEntries(limits);
  if (limits.length === parts.length && Object.keys(byCurrency).length === parts.length) return byCurrency;
  context.addIssue({
    code: 'custom',
    message: 'expected currencies and minor units, such as EUR:100000,USD:100000',
  });
  return z.NEVER;
});

/** What alerting can be told of its API. */
export const apiFields = {
  ...serverFields({
    called: 'the API of alerts',
    port: 19_105,
    tokensFile: z
      .string()
      .optional()
      .describe(
        'The file that "weir tokens" keeps digests of tokens in; read again within a second of a change. Not set, there is no API; missing, nobody is let in.',
      ),
  }),
  RELEASE_ALONE_UP_TO: aloneUpTo
    .optional()
    .describe(
      'How much of one alert one person may let go alone, all of its transactions together, in minor units by currency, such as EUR:100000,USD:100000. Everything else needs a second named token.',
    ),
};
