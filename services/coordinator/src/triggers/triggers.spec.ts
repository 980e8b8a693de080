import type { OrderedSource } from '@millrace/broker';
import { groupsOf } from '@millrace/contracts';
import { fromTopic, pipeline } from '@millrace/pipeline';
import { z } from 'zod';
import type { CoordinatorContext } from '../context.js';
import { Triggers } from './triggers.js';

const Payment = z.object({ order: z.string() });
const waits = (name: string, topic: string) =>
  pipeline({ name, input: Payment }, ({ input, signal }) =>
    signal('paid', Payment, {
      from: fromTopic(topic, { value: Payment, key: ({ value }) => value.order, on: input.order }),
    }),
  ).loaded;

test('a topic is listened to as long as a plan in use has signals from it, and again when one has', async () => {
  const listening: string[] = [];
  const broker = {
    consumeInOrder: ({ topic }: OrderedSource) => {
      listening.push(topic);
      const drain = () => Promise.resolve(void listening.splice(listening.indexOf(topic), 1));
      return Promise.resolve({ ready: true, drain, [Symbol.asyncDispose]: drain });
    },
  };
  const triggers = new Triggers({ broker } as unknown as CoordinatorContext, groupsOf());
  const are = async (...topics: string[]) => {
    while ([...listening].sort().join() !== topics.join()) await new Promise((resolve) => setImmediate(resolve));
  };
  const [one, two, other] = [waits('one', 'payments'), waits('two', 'payments'), waits('three', 'letters')];
  triggers.listen([one, two, other]);
  await are('letters', 'payments');
  triggers.listen([two]);
  await are('payments');
  triggers.listen([]);
  await are();
  triggers.listen([one]);
  await are('payments');
  await triggers.drain(0);
  expect(listening).toEqual([]);
});
