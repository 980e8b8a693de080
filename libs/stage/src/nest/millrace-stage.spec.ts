import type { StepCompleted, StepFailed } from '@millrace/contracts';
import {
  type CallHandler,
  type CanActivate,
  Catch,
  Controller,
  type ExceptionFilter,
  type ExecutionContext,
  Get,
  type INestApplication,
  Module,
  type NestInterceptor,
  type Type,
  UseFilters,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { MessagePattern } from '@nestjs/microservices';
import { map, throwError } from 'rxjs';
import { z } from 'zod';
import { aRuntime, later, type TestRuntime } from '../runtime.fixture.js';
import { defineStage, type Handles, MillraceStage, Stage, StageFailure, type StageRun } from '../index.js';

const text = z.object({ text: z.string() });
const echo = defineStage({ name: 'echo', input: text, output: text });
const shout = defineStage({ name: 'shout', input: text, output: text });
type Text = z.infer<typeof text>;

@Stage(echo)
class Echo implements Handles<typeof echo> {
  handle(input: Text, run: StageRun): Text {
    return { text: `${input.text} ${run.step}` };
  }
}

@Stage(shout)
class Shout implements Handles<typeof shout> {
  handle(input: Text): Text {
    return { text: input.text.toUpperCase() };
  }
}

/** A controller of the application's own: HTTP, and messages of another transport. */
@Controller()
class Other {
  @Get('hello')
  hello(): string {
    return 'hello';
  }

  @MessagePattern('other')
  other(): string {
    return 'other';
  }
}

const SILENT = { LOG_LEVEL: 'silent' };

/** An application that was there before, with these stages in it. */
async function anApp(
  runtime: TestRuntime,
  stages: readonly unknown[],
  set: (app: INestApplication) => void = () => undefined,
) {
  @Module({ controllers: [Other, ...(stages as Type[])] })
  class AppModule {}
  const app = await NestFactory.create(AppModule, { logger: false, abortOnError: false });
  set(app);
  const strategy = new MillraceStage({ broker: runtime.broker, env: SILENT });
  app.connectMicroservice({ strategy }, { inheritAppConfig: true });
  return { app, strategy };
}

async function answersOf(stages: readonly unknown[], set?: (app: INestApplication) => void): Promise<string> {
  await using runtime = await aRuntime();
  const { app } = await anApp(runtime, stages, set);
  await app.startAllMicroservices();
  await runtime.ask('echo', { input: { text: 'a' } });
  const [event] = (await runtime.events(1)) as [StepCompleted | StepFailed];
  await app.close();
  if (event.type === 'step.completed') return (event.output as Text).text;
  return `${event.failure.code} ${event.failure.kind}`;
}

test('an application serves all its stages, and goes on to answer HTTP', async () => {
  await using runtime = await aRuntime();
  const { app, strategy } = await anApp(runtime, [Echo, Shout]);
  expect(await strategy.ready()).toBe('the stages have not started');
  await app.startAllMicroservices();
  await app.listen(0, '127.0.0.1');
  expect(await strategy.ready()).toBe(true);
  expect(await (await fetch(`${await app.getUrl()}/hello`)).text()).toBe('hello');
  await runtime.ask('echo', { input: { text: 'a' } });
  await runtime.ask('shout', { input: { text: 'b' }, step: 'later' });
  const events = (await runtime.events(2)) as StepCompleted[];
  expect(events.map(({ output }) => output)).toEqual(expect.arrayContaining([{ text: 'a only' }, { text: 'B' }]));
  await app.close();
});

test('an application that is nothing but a microservice serves its stages too', async () => {
  @Module({ controllers: [Echo] })
  class AppModule {}
  await using runtime = await aRuntime();
  const strategy = new MillraceStage({ broker: runtime.broker, env: SILENT });
  const app = await NestFactory.createMicroservice(AppModule, { strategy, logger: false, abortOnError: false });
  await app.listen();
  await runtime.ask('echo', { input: { text: 'a' } });
  expect(((await runtime.events(1)) as StepCompleted[])[0]!.output).toEqual({ text: 'a only' });
  await app.close();
});

test('closing the application finishes what is in hand and takes nothing new', async () => {
  const [begun, open] = [later<void>(), later<void>()];
  @Stage(echo)
  class Slow implements Handles<typeof echo> {
    async handle(input: Text): Promise<Text> {
      begun.resolve();
      await open.promise;
      return input;
    }
  }
  await using runtime = await aRuntime();
  const { app, strategy } = await anApp(runtime, [Slow]);
  await app.startAllMicroservices();
  await runtime.ask('echo', { input: { text: 'in hand' } });
  await begun.promise;
  const closed = app.close();
  while ((await strategy.ready()) !== 'stopping') await new Promise(setImmediate);
  await runtime.ask('echo', { input: { text: 'too late' }, step: 'later' });
  open.resolve();
  await closed;
  const events = (await runtime.events(1)) as StepCompleted[];
  expect(events.map(({ output }) => output)).toEqual([{ text: 'in hand' }]);
});

class Closed implements CanActivate {
  canActivate = () => false;
}
class Around implements NestInterceptor<Text, Text> {
  intercept = (_: ExecutionContext, next: CallHandler<Text>) =>
    next.handle().pipe(map(({ text: it }) => ({ text: `<${it}>` })));
}

test('global guards, interceptors and pipes of the application apply where it says so', async () => {
  expect(await answersOf([Echo], (app) => app.useGlobalGuards(new Closed()))).toBe('STAGE_REFUSED permanent');
  expect(await answersOf([Echo], (app) => app.useGlobalInterceptors(new Around()))).toBe('<a only>');
  expect(await answersOf([Echo], (app) => app.useGlobalPipes({ transform: () => ({ text: 'piped' }) }))).toBe(
    'piped only',
  );
});

describe('what a stage throws', () => {
  class Thrower implements Handles<typeof echo> {
    handle(): Text {
      throw new StageFailure('NO_PAPER', 'There is no paper.', { retryable: false });
    }
  }
  @Stage(echo)
  class Throws extends Thrower {}

  @Catch(StageFailure)
  class Instead implements ExceptionFilter {
    catch = () => throwError(() => new StageFailure('NO_INK', 'There is no ink.', { retryable: true }));
  }
  @UseFilters(Instead)
  @Stage(echo)
  class Filtered extends Thrower {}

  test('is its failure, and not "Internal server error"', async () => {
    expect(await answersOf([Throws])).toBe('NO_PAPER permanent');
    expect(await answersOf([Throws], (app) => app.useGlobalInterceptors(new Around()))).toBe('NO_PAPER permanent');
    const refusing = { transform: () => Promise.reject(new StageFailure('NO_PIPE', 'No.', { retryable: false })) };
    expect(await answersOf([Echo], (app) => app.useGlobalPipes(refusing))).toBe('NO_PIPE permanent');
  });

  test('is what an exception filter makes of it, of the class or of the application', async () => {
    expect(await answersOf([Filtered])).toBe('NO_INK transient');
    expect(await answersOf([Throws], (app) => app.useGlobalFilters(new Instead()))).toBe('NO_INK transient');
  });
});

describe('what cannot be served is told when the application starts', () => {
  test('two controllers with one contract', async () => {
    @Stage(echo)
    class Again extends Echo {}
    await using runtime = await aRuntime();
    await expect(anApp(runtime, [Echo, Again])).rejects.toThrow('The stage echo is served twice by this application');
  });

  test('no stage at all', async () => {
    await using runtime = await aRuntime();
    const { app } = await anApp(runtime, []);
    await expect(app.startAllMicroservices()).rejects.toThrow(
      'put a controller with @Stage(contract) into one of its modules',
    );
    await app.close();
  });

  test('production without Kafka, and settings that are none', async () => {
    @Module({ controllers: [Echo] })
    class AppModule {}
    const app = await NestFactory.create(AppModule, { logger: false, abortOnError: false });
    const env = { NODE_ENV: 'production', STAGE_CONCURRENCY: 'many' };
    app.connectMicroservice({ strategy: new MillraceStage({ name: 'shop', env }) });
    const starting = app.startAllMicroservices();
    await expect(starting).rejects.toThrow(
      /shop cannot start: 2 settings[^]*KAFKA_BROKERS[^]*STAGE_CONCURRENCY|shop cannot start: 2 settings[^]*STAGE_CONCURRENCY[^]*KAFKA_BROKERS/,
    );
    await app.close();
  });
});
