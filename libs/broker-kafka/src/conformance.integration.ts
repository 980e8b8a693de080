import type { Broker } from '@millrace/broker';
import { brokerConformance } from '@millrace/broker/conformance';
import { testSettings } from './testing/config.js';
import { mortalBroker, type Mortal } from './testing/mortal-broker.js';

brokerConformance('the broker on Kafka', {
  cannot: {
    'atomic-publish': 'publishing is not transactional on Kafka: a crash may leave some partitions of one call written',
  },
  async start() {
    const settings = testSettings();
    const alive = new Map<Broker, Mortal>();
    const burials: PromiseLike<void>[] = [];
    return {
      async broker() {
        const mortal = await mortalBroker(settings);
        alive.set(mortal.broker, mortal);
        return mortal.broker;
      },
      async crash(broker) {
        alive.get(broker)!.crash();
        burials.push(broker[Symbol.asyncDispose]());
      },
      async stop() {
        await Promise.all(burials);
      },
    };
  },
});
