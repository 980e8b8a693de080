import { defineStage, pipeline } from '@millrace/pipeline';
import { z } from 'zod';
import { fake, testEngine } from './index.js';

const Text = z.object({ text: z.string() });
const embed = defineStage({ name: 'embed', input: Text, output: Text });
const cached = pipeline({ name: 'cached', input: Text }, ({ input, step }) =>
  step('embed', embed, input, { cache: '1h' }),
);

describe('a step that is cached', () => {
  const anEngine = () => testEngine(cached, [fake(embed, ({ text }) => ({ text: text.toUpperCase() }))]);
  const texts = ({ asked }: Awaited<ReturnType<typeof anEngine>>) => asked(embed).map(({ input }) => input.text);

  test('is executed once for the same input, until its time is over', async () => {
    await using engine = await anEngine();
    const [first, second] = [await engine.start({ text: 'a' }), await engine.start({ text: 'a' })];
    await engine.start({ text: 'b' });
    expect([first.output, second.output, texts(engine)]).toEqual([{ text: 'A' }, { text: 'A' }, ['a', 'b']]);
    expect(second.history).toContain('step.cached');
    await engine.clock.advance('1h');
    await engine.start({ text: 'a' });
    expect(texts(engine)).toEqual(['a', 'b', 'a']);
  });

  test('waits while another run executes the same, and is executed where that one fails', async () => {
    await using engine = await anEngine();
    engine.delayOnce('embed', '20s');
    const [first, second] = [await engine.start({ text: 'a' }), await engine.start({ text: 'a' })];
    expect([first.status, second.status, texts(engine)]).toEqual(['running', 'running', []]);
    await engine.clock.advance('20s');
    expect([first.output, second.output, texts(engine)]).toEqual([{ text: 'A' }, { text: 'A' }, ['a']]);
    engine.throwTimes('embed', 1);
    engine.delayOnce('embed', '20s');
    const [third, fourth] = [await engine.start({ text: 'b' }), await engine.start({ text: 'b' })];
    await engine.clock.advance('20s');
    await Promise.all([third.ended(), fourth.ended()]);
    expect([third.output, fourth.output]).toEqual([{ text: 'B' }, { text: 'B' }]);
  });
});
