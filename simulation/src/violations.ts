import { type Fact, present } from '@millrace/contracts';
import { type Fallback, fallbacksOf, inputOf, type LoadedPlan, workOf } from '@millrace/pipeline/engine';
import { evolve, type Run, stepOf } from '@millrace/saga';
import { holds } from './clause.js';
import { nameOf, type Sketch } from './script.js';
import type { World } from './world.js';

/** Returns what is wrong with a run's history, in words; nothing when all is well. */
export function violations(world: World, sketches: readonly Sketch[]): string[] {
  const { run, facts, sent, plan } = world;
  return [
    ...world.commands.violations(),
    ...ofHistory(run, facts),
    ...ofResults(run, facts, plan),
    ...ofConditions(run, sketches),
    ...ofAttempts(facts, sent),
    ...world.sentInPause.map((one) => `${one} was sent while the run was paused`),
    ...ofRetries(facts, plan),
    ...ofTheEnd(run, plan),
  ];
}

const ENDS = new Set<Fact['type']>(['run.completed', 'run.cancelled']);

function ofHistory(run: Run, facts: readonly Fact[]): string[] {
  const wrong: string[] = [];
  const again = evolve(undefined, run.id, facts);
  if (JSON.stringify([...again.steps]) !== JSON.stringify([...run.steps])) wrong.push('the facts do not give the run');
  const end = facts.findIndex(({ type }) => ENDS.has(type));
  const more = end >= 0 ? facts[end + 1] : undefined;
  if (more) wrong.push(`after its end the run went on: ${more.type}`);
  return wrong;
}

type Result = Fact & { type: 'step.completed' | 'step.cached' | 'step.answered' | 'step.defaulted' };
const RESULTS = new Set<Fact['type']>(['step.completed', 'step.cached', 'step.answered', 'step.defaulted']);
const isResult = (fact: Fact): fact is Result => RESULTS.has(fact.type);

function ofResults(run: Run, facts: readonly Fact[], plan: LoadedPlan): string[] {
  const wrong: string[] = [];
  const ended = new Set<string>();
  for (const fact of facts) {
    if (!isResult(fact)) continue;
    if (ended.has(fact.step)) wrong.push(`${fact.step} has more than one result`);
    ended.add(fact.step);
    const { by } = fact.output as { by?: number };
    if (fact.type === 'step.completed' && by !== fact.attempt)
      wrong.push(`what attempt ${by} of ${fact.step} gave was taken for that of attempt ${fact.attempt}`);
  }
  for (const [step, output] of Object.entries(run.scope)) {
    const { saw } = output as { saw?: unknown };
    if (saw === undefined) continue;
    const recorded = JSON.stringify(inputOf(plan, step, run.scope));
    if (recorded !== JSON.stringify(saw)) wrong.push(`${step} was computed from something that is not on record`);
  }
  return wrong;
}

/** Compares the steps that began and those that were skipped with conditions that are evaluated another way. */
function ofConditions(run: Run, sketches: readonly Sketch[]): string[] {
  return sketches.flatMap(({ when }, i) => {
    const step = `s${i}`;
    const { status, failure } = stepOf(run, step);
    if (status === 'pending' || status === 'cancelled') return [];
    const valueOf = (n: number) => run.scope[nameOf(i, n)] as { n: number } | undefined;
    const told = when ? holds(when, valueOf) : true;
    if (status === 'skipped' && told !== false) return [`${step} was skipped, though its condition is: ${told}`];
    if (status !== 'skipped' && told === false) return [`${step} began, though its condition does not hold`];
    const untold = failure?.code === 'CONDITION_FAILED';
    if (status === 'dead-lettered' && untold !== (told === 'cannot be told'))
      return [`${step} was given up for ${failure?.code}, and its condition is: ${told}`];
    return [];
  });
}

/** Nothing is sent twice, and nothing that nobody needs. Where an attempt was given up at its deadline it may answer after all; elsewhere each has a reason. */
function ofAttempts(facts: readonly Fact[], sent: readonly string[]): string[] {
  const wrong: string[] = [];
  const times = new Map<string, number>();
  for (const one of sent) {
    const step = one.slice(0, one.indexOf('/'));
    times.set(one, (times.get(one) ?? 0) + 1);
    if (times.get(one) === 2) wrong.push(`${one} was sent twice`);
    times.set(step, (times.get(step) ?? 0) + 1);
  }
  for (const fact of facts)
    if (fact.type === 'step.cached' && times.has(`${fact.step}/${fact.attempt}`))
      wrong.push(`${fact.step}/${fact.attempt} was sent, though the cache had its output`);
  if (facts.some((fact) => fact.type === 'step.failed' && fact.failure.code === 'STAGE_TIMED_OUT')) return wrong;
  const reasons = new Map<string, number>();
  for (const fact of facts)
    if (fact.type === 'step.failed' || fact.type === 'step.redriven')
      reasons.set(fact.step, (reasons.get(fact.step) ?? 0) + 1);
  for (const [step, n] of times)
    if (!step.includes('/') && n > 1 + (reasons.get(step) ?? 0))
      wrong.push(`${step} was sent ${n} times, for ${1 + (reasons.get(step) ?? 0)} reasons`);
  return wrong;
}

/** No stage is tried more often than its policy has it for such failures, nor begun after its time; and each fallback is the first for what failed. */
function ofRetries(facts: readonly Fact[], plan: LoadedPlan): string[] {
  const stages = new Map<string, { nth: number; since: number; failures: string[] }>();
  const wrong: string[] = [];
  /** An attempt begins with its lookup, where it has one. */
  const lookups = new Map<string, number>();
  let pausedAt = 0;
  for (const fact of facts) {
    if (fact.type === 'step.lookup') lookups.set(fact.step, fact.at);
    if (fact.type === 'run.paused') pausedAt = fact.at;
    if (fact.type === 'run.resumed') for (const stage of stages.values()) stage.since += fact.at - pausedAt;
    if (fact.type === 'step.redriven') stages.delete(fact.step);
    if (fact.type === 'step.completed')
      for (const step of fact.next ?? []) stages.set(step, { nth: 0, since: fact.at, failures: [] });
    if (fact.type !== 'step.failed' && fact.type !== 'step.requested') continue;
    const step = plan.step(fact.step);
    const before = stages.get(fact.step);
    if (step.kind !== 'stage') continue;
    if (fact.type === 'step.requested') {
      const nth = Number(fact.fallback ?? 0);
      if (before?.nth === nth) {
        const { maxTotalMs = Infinity } = workOf(step, nth).retry;
        const at = lookups.get(fact.step) ?? fact.at;
        if (at > before.since + maxTotalMs + LATE_MS) wrong.push(`${fact.step} was tried again too late`);
      } else stages.set(fact.step, { nth, since: fact.at, failures: [] });
      const cause = before?.failures.at(-1);
      if (nth > 0 && before?.nth !== nth && nth !== firstFor(fallbacksOf(step), before?.nth ?? 0, cause))
        wrong.push(`${fact.step} was given to its fallback ${nth} for ${cause}`);
      continue;
    }
    const { nth, failures } = present(before, `state of ${fact.step}`);
    const { code } = fact.failure;
    const { maxAttempts, never = [], cases = [] } = workOf(step, nth).retry;
    const own = never.includes(code) ? { on: never, maxAttempts: 1 } : cases.find(({ on }) => on.includes(code));
    const alike = failures.filter((one) => own?.on.includes(one) ?? !cases.some(({ on }) => on.includes(one)));
    const allowed = own?.maxAttempts ?? maxAttempts;
    if (alike.length === allowed) wrong.push(`${fact.step} was tried more than ${allowed} times for ${code}`);
    failures.push(code);
  }
  return wrong;
}

/** An event that was there before a timer may come to be decided a little later. */
const LATE_MS = 500;

function firstFor(fallbacks: readonly Fallback[], nth: number, code: string | undefined): number {
  return fallbacks.findIndex(({ on }, at) => at >= nth && (!on || (code !== undefined && on.includes(code)))) + 1;
}

function ofTheEnd(run: Run, plan: LoadedPlan): string[] {
  const wrong: string[] = [];
  const isOver = (step: string) => ['completed', 'skipped'].includes(stepOf(run, step).status);
  for (const step of plan.order) {
    const { status } = stepOf(run, step);
    if (run.status === 'completed' && !isOver(step)) wrong.push(`the run ended without ${step}`);
    if (run.status === 'dead-lettered' && status === 'pending' && plan.step(step).predecessors.every(isOver))
      wrong.push(`${step} was forgotten`);
    if (run.status !== 'cancelled' && ['running', 'retrying', 'waiting'].includes(status))
      wrong.push(`${step} is stuck: ${status}`);
  }
  if (run.status === 'running' || run.status === 'waiting' || run.status === 'paused')
    wrong.push(`the run is stuck: ${run.status}`);
  return wrong;
}
