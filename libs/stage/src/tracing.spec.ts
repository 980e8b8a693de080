import { acceptedTraceparent, HEADER, headerText, type StepCommand, type StepCompleted } from '@millrace/contracts';
import type { SpanRecord, Spans } from '@millrace/telemetry';
import { z } from 'zod';
import { aRuntime, CHAIN, RUN, type TestRuntime } from './runtime.fixture.js';
import { defineStage, type Handles, Stage, StageFailure, startStage } from './index.js';

const greet = defineStage({
  name: 'greet',
  input: z.object({ fail: z.boolean().default(false) }),
  output: z.object({ text: z.string() }),
});

@Stage(greet)
class GreetStage implements Handles<typeof greet> {
  handle({ fail }: { fail: boolean }): Promise<{ text: string }> {
    return fail ? Promise.reject(new StageFailure('NO_TONGUE', 'Cannot speak')) : Promise.resolve({ text: 'Hello' });
  }
}

const PARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const BRANCH = '00-0af7651916cd43dd8448eb211c80319c-cccccccccccccccc-01';

/** Spans as a service with a collector makes them, kept. */
function keptSpans(): Spans & { readonly recorded: SpanRecord[] } {
  const recorded: SpanRecord[] = [];
  let made = 0;
  return {
    on: true,
    recorded,
    context: (parent) => {
      const traceId = parent.slice(3, 35);
      const spanId = String(++made).padStart(16, '0');
      return { traceparent: `00-${traceId}-${spanId}-01`, traceId, spanId, parentSpanId: parent.slice(36, 52) };
    },
    now: Date.now,
    derived: ({ traceId, spanId = '' }) => ({ traceparent: `00-${traceId}-${spanId}-01`, traceId, spanId }),
    tell: () => Promise.resolve(),
    record: (span) => void recorded.push(span),
  };
}

async function traced(spans: Spans | undefined, work: (runtime: TestRuntime) => Promise<void>): Promise<void> {
  await using runtime = await aRuntime();
  const told = spans ? { ...runtime.telemetry, spans } : runtime.telemetry;
  const running = await startStage({ ...runtime, telemetry: told }, GreetStage);
  await work(runtime);
  await running.drain(0);
}

const command = { plan: CHAIN.hash, step: 'hello', attempt: 2, links: [BRANCH] };

test('an attempt is one span under the command’s context, named after its step, and the event names it', async () => {
  const spans = keptSpans();
  await traced(spans, async (runtime) => {
    await runtime.ask('greet', command, { [HEADER.traceparent]: PARENT });
    const [event] = (await runtime.events(1)) as [StepCompleted];
    const [span] = spans.recorded.filter(({ kind }) => kind === 'consumer');
    expect(event.trace).toBe(span!.context.traceparent);
    expect(span).toMatchObject({
      name: 'step hello',
      context: { traceId: PARENT.slice(3, 35), parentSpanId: PARENT.slice(36, 52) },
      links: [BRANCH],
      attributes: {
        'messaging.destination.name': 'millrace.stage.greet',
        'messaging.message.conversation_id': RUN,
        'millrace.pipeline': 'chain',
        'millrace.step': 'hello',
        'millrace.attempt': 2,
        'millrace.status': 'completed',
      },
    });
    expect(span!.failed).toBeUndefined();
  });
});

test('a hand-off is a send span under the attempt’s; its command goes on in the run’s context, and names the sending', async () => {
  const spans = keptSpans();
  await traced(spans, async (runtime) => {
    await runtime.ask('greet', command, { [HEADER.traceparent]: PARENT });
    const [record] = await runtime.until(runtime.topics.stage('polish'), 1);
    const [sent] = spans.recorded.filter(({ kind }) => kind === 'producer');
    const [process] = spans.recorded.filter(({ kind }) => kind === 'consumer');
    expect(sent).toMatchObject({
      name: 'send millrace.stage.polish',
      context: { parentSpanId: process!.context.spanId },
    });
    expect(headerText(record!.headers, HEADER.traceparent)).toBe(PARENT);
    expect((JSON.parse(record!.value!.toString()) as StepCommand).links).toEqual([sent!.context.traceparent]);
    // Where the process is killed between the two, no sending is left without its attempt.
    expect(spans.recorded.indexOf(process!)).toBeLessThan(spans.recorded.indexOf(sent!));
  });
});

test('a failed attempt’s span carries the code and no message', async () => {
  const spans = keptSpans();
  await traced(spans, async (runtime) => {
    await runtime.ask('greet', { ...command, input: { fail: true } }, { [HEADER.traceparent]: PARENT });
    await runtime.events(1);
    expect(spans.recorded).toHaveLength(1);
    expect(spans.recorded[0]).toMatchObject({ failed: 'NO_TONGUE', attributes: { 'millrace.status': 'failed' } });
    expect(JSON.stringify(spans.recorded)).not.toContain('Cannot speak');
  });
});

test('without a collector the command’s context is passed on, so that the trace does not break', async () => {
  await traced(undefined, async (runtime) => {
    await runtime.ask('greet', command, { [HEADER.traceparent]: PARENT });
    const [record] = await runtime.until(runtime.topics.stage('polish'), 1);
    expect(headerText(record!.headers, HEADER.traceparent)).toBe(PARENT);
    expect(await runtime.events(1)).toMatchObject([{ trace: PARENT }]);
  });
});

test('a command without a context belongs to its run’s trace', async () => {
  await traced(undefined, async (runtime) => {
    await runtime.ask('greet', command);
    expect(await runtime.events(1)).toMatchObject([{ trace: acceptedTraceparent(RUN) }]);
  });
});

test('attempts are counted by how they ended, and what the stage’s work took is measured', async () => {
  await using runtime = await aRuntime();
  const running = await startStage(runtime, GreetStage);
  await runtime.ask('greet', { step: 'only' });
  await runtime.ask('greet', { step: 'only', input: { fail: true } });
  await runtime.events(2);
  const text = await runtime.telemetry.metricsText();
  await running.drain(0);
  expect(text).toContain('millrace_stage_attempts_total{stage="greet",outcome="completed"} 1');
  expect(text).toContain('millrace_stage_attempts_total{stage="greet",outcome="NO_TONGUE"} 1');
  expect(text).toContain('millrace_stage_duration_seconds_count{stage="greet"} 2');
  expect(text).toContain('millrace_in_flight{topic="millrace.stage.greet"} 0');
});
