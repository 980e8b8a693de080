import { topicsOf } from '../records/topics.js';
import type { Channel } from './channel.js';
import { channelsOfModels } from './model-channels.js';
import { channelsOfNotices, channelsOfOperation } from './operation-channels.js';
import { channelsOfRuns, outcomesChannel } from './run-channels.js';

/** Returns the channels of an installation. The one of stages stands for all of their topics. */
export function channels(prefix: string): readonly Channel[] {
  const topics = topicsOf(prefix);
  return [
    ...channelsOfRuns(topics),
    outcomesChannel(topics),
    ...channelsOfOperation(topics),
    ...channelsOfModels(topics),
    ...channelsOfNotices(topics),
  ];
}
