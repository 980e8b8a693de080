import type { StepCompleted, StepFailed } from '@millrace/contracts';
import {
  type CallHandler,
  type CanActivate,
  Catch,
  type ExceptionFilter,
  type ExecutionContext,
  Inject,
  Injectable,
  type NestInterceptor,
  ParseIntPipe,
  type PipeTransform,
  type Provider,
  Scope,
  UseFilters,
  UseGuards,
  UseInterceptors,
  UsePipes,
} from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, APP_PIPE, REQUEST, Reflector } from '@nestjs/core';
import { map, type Observable, of, throwError } from 'rxjs';
import { z } from 'zod';
import { aRuntime } from '../runtime.fixture.js';
import {
  type AnyStage,
  defineStage,
  type Handles,
  runHere,
  Stage,
  StageFailure,
  type StageRun,
  startStage,
} from '../index.js';

const echo = defineStage({
  name: 'echo',
  input: z.object({ text: z.string() }),
  output: z.object({ text: z.string() }),
});
type Text = { text: string };

/** Returns what a stage answers to `{ text: 'a' }`, with everything that its app puts around it. */
async function answerOf(stage: AnyStage, providers: Provider[] = []): Promise<string> {
  await using runtime = await aRuntime();
  const running = await startStage(runtime, stage, { providers });
  await runtime.ask('echo', { input: { text: 'a' } });
  const [event] = (await runtime.events(1)) as [StepCompleted | StepFailed];
  await running.drain(0);
  return event.type === 'step.failed' ? `${event.failure.code} ${event.failure.kind}` : (event.output as Text).text;
}

const Say = Reflector.createDecorator<string>();

@Injectable()
class Closed implements CanActivate {
  canActivate = () => false;
}

@Injectable()
class OnlyWhoSaysA implements CanActivate {
  constructor(private readonly reflector: Reflector) {}
  canActivate(context: ExecutionContext): boolean {
    const [input, run] = [context.switchToRpc().getData<Text>(), context.switchToRpc().getContext<StageRun>()];
    const wanted = this.reflector.getAllAndOverride(Say, [context.getHandler(), context.getClass()]);
    return context.getType() === 'rpc' && input.text === (wanted ?? 'a') && run.step === 'only';
  }
}

@Injectable()
class Around implements NestInterceptor<Text, Text> {
  intercept(_: ExecutionContext, next: CallHandler<Text>): Observable<Text> {
    return next.handle().pipe(map(({ text }) => ({ text: `<${text}>` })));
  }
}

@Injectable()
class Twice implements PipeTransform<Text, Text> {
  transform = ({ text }: Text) => ({ text: text + text });
}

@Catch(RangeError)
class Instead implements ExceptionFilter {
  catch = () => of({ text: 'instead' });
}

@Catch()
class AsFailure implements ExceptionFilter {
  catch = () => throwError(() => new StageFailure('ECHO_BROKEN', 'Broken', { retryable: false }));
}

class Echo {
  handle(input: Text, run: StageRun): Promise<Text> {
    if (run !== runHere()) throw new Error('not in the run’s context');
    return Promise.resolve(input);
  }
}
class Thrower implements Handles<typeof echo> {
  handle(): Promise<Text> {
    return Promise.reject(new RangeError('too far'));
  }
}

@Stage(echo)
class Plain extends Echo {}

@Stage(echo)
@UseGuards(OnlyWhoSaysA)
@UseInterceptors(Around)
@UsePipes(Twice)
class OnTheClass extends Echo {}

@Stage(echo)
class OnTheMethod implements Handles<typeof echo> {
  @Say('a')
  @UseGuards(OnlyWhoSaysA)
  @UseInterceptors(Around)
  @UsePipes(Twice)
  handle(input: Text, run: StageRun): Promise<Text> {
    return Promise.resolve({ text: `${input.text}${run.attempt}` });
  }
}

@Stage(echo)
class SaysSomethingElse implements Handles<typeof echo> {
  @Say('b')
  @UseGuards(OnlyWhoSaysA)
  handle(input: Text): Promise<Text> {
    return Promise.resolve(input);
  }
}

@Stage(echo)
class Throws extends Thrower {}

@Stage(echo)
@UseFilters(Instead)
class ThrowsAndAnswers extends Thrower {}

@Stage(echo)
@UsePipes(ParseIntPipe)
class Numbers extends Echo {}

@Stage(echo)
@UseGuards(Closed)
class Shut extends Echo {}

const globally = (token: string, useClass: new (...args: never[]) => unknown) =>
  ({ provide: token, useClass }) as Provider;

test('guards, interceptors and pipes on the class apply, and see the input and the run', async () => {
  expect(await answerOf(OnTheClass)).toBe('<aa>');
});

test('guards, interceptors and pipes on the method apply, and metadata on it is found', async () => {
  expect(await answerOf(OnTheMethod)).toBe('<aa1>');
  expect(await answerOf(SaysSomethingElse)).toBe('STAGE_REFUSED permanent');
});

test('global guards, interceptors and pipes apply', async () => {
  expect(await answerOf(Plain, [globally(APP_INTERCEPTOR, Around)])).toBe('<a>');
  expect(await answerOf(Plain, [globally(APP_PIPE, Twice)])).toBe('aa');
  expect(await answerOf(Plain, [globally(APP_GUARD, OnlyWhoSaysA)])).toBe('a');
});

test('a command that a guard or a pipe turns away fails its step for good', async () => {
  expect(await answerOf(Shut)).toBe('STAGE_REFUSED permanent');
  expect(await answerOf(Plain, [globally(APP_GUARD, Closed)])).toBe('STAGE_REFUSED permanent');
  expect(await answerOf(Numbers)).toBe('STAGE_REFUSED permanent');
});

test('an exception filter answers instead of the stage, or says what the failure is', async () => {
  expect(await answerOf(Throws)).toBe('STAGE_THREW transient');
  expect(await answerOf(ThrowsAndAnswers)).toBe('instead');
  expect(await answerOf(Throws, [globally(APP_FILTER, AsFailure)])).toBe('ECHO_BROKEN permanent');
  expect(await answerOf(Throws, [globally(APP_FILTER, Instead)])).toBe('instead');
});

test('what a stage throws behind an interceptor is its failure all the same', async () => {
  expect(await answerOf(Throws, [globally(APP_INTERCEPTOR, Around)])).toBe('STAGE_THREW transient');
});

test('a stage that needs a provider of its own for each command gets one', async () => {
  let made = 0;
  @Injectable({ scope: Scope.REQUEST })
  class Own {
    readonly nth = ++made;
    constructor(@Inject(REQUEST) readonly request: { data: Text }) {}
  }
  @Stage(echo)
  class Scoped implements Handles<typeof echo> {
    constructor(private readonly own: Own) {}
    handle(_: Text, run: StageRun): Promise<Text> {
      return Promise.resolve({ text: `${this.own.nth} ${this.own.request.data.text} ${run.step}` });
    }
  }
  expect(await answerOf(Scoped, [Own])).toBe('1 a only');
});

test('a stage that misses a provider does not start, and the error names it', async () => {
  abstract class Missing {}
  @Stage(echo)
  class Needy extends Echo {
    constructor(readonly missing: Missing) {
      super();
    }
  }
  await using runtime = await aRuntime();
  await expect(startStage(runtime, Needy)).rejects.toThrow(/Needy/);
});

test('a class without @Stage is told apart', async () => {
  await using runtime = await aRuntime();
  await expect(startStage(runtime, Echo)).rejects.toThrow('put @Stage(contract) on the class');
});
