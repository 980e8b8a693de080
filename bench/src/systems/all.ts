import type { SystemEntry } from '../system.js';

const PIPE = 'client; all hops in one';

/** Everything that can be measured. One more is a module beside these, and an entry here. */
export const SYSTEMS: readonly SystemEntry[] = [
  {
    name: 'kafkajs-at-least-once',
    processes: PIPE,
    needs: ['kafka'],
    exactlyOnce: false,
    parallelSteps: false,
    open: async (at) => new (await import('./kafkajs.js')).KafkajsPipe(at, 'at-least-once'),
  },
  {
    name: 'kafkajs-transactional',
    processes: PIPE,
    needs: ['kafka'],
    exactlyOnce: true,
    parallelSteps: false,
    open: async (at) => new (await import('./kafkajs.js')).KafkajsPipe(at, 'transactional'),
  },
  {
    name: 'millrace-kafka',
    processes: 'client; coordinator; all stages in one',
    needs: ['kafka', 'postgres'],
    exactlyOnce: true,
    parallelSteps: true,
    open: async (at) => new (await import('./millrace-kafka.js')).MillraceOnKafka(at),
  },
  {
    name: 'millrace-embedded',
    processes: 'client, coordinator and stages in one',
    needs: [],
    exactlyOnce: true,
    parallelSteps: true,
    open: async (at) => new (await import('./millrace-embedded.js')).MillraceEmbedded(at),
  },
];
