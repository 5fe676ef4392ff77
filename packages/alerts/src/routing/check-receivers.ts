import type { Routing } from './document.ts';
import type { RoutingProblem } from './problem.ts';

/** What is wrong with receivers beyond their shape. What their files hold is looked at by whoever opens them. */
export const checkReceivers = ({ receivers }: Routing): readonly RoutingProblem[] =>
  receivers.flatMap((receiver, index) => {
    if (receiver.channel !== 'webhook' && receiver.channel !== 'pagerduty' && receiver.channel !== 'ocsf')
      return [];
    const { url, urlFile, channel } = receiver;
    if (receiver.channel === 'ocsf' && receiver.file !== undefined) {
      const posted = url ?? urlFile ?? receiver.tokenFile;
      return posted === undefined
        ? []
        : [{ path: `receivers.${index}.file`, message: 'a file, or where to post; not both' }];
    }
    if (url !== undefined && urlFile !== undefined)
      return [{ path: `receivers.${index}.urlFile`, message: 'url or urlFile, not both' }];
    return url === undefined && urlFile === undefined && channel !== 'pagerduty'
      ? [
          {
            path: `receivers.${index}`,
            message: `url${channel === 'ocsf' ? ', urlFile or file' : ' or urlFile'} is missing`,
          },
        ]
      : [];
  });
