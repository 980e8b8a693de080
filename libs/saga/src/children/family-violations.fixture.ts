import { type Fact, isOver } from '@millrace/contracts';
import { HANDLER, isUndo, type LoadedPlan } from '@millrace/pipeline/engine';
import { evolve } from '../run/evolve.js';
import type { Family } from './family.fixture.js';
import { wrongUndoing } from './family-undoing.fixture.js';
import { type Run, stepOf } from '../run/run.js';

const SLACK = 1_000;

/** Returns the violations of a family's history, in words; nothing when all is well. */
export function violations({ members, sent, strays, sentInPause, root }: Family): string[] {
  const wrong = strays.map((stray) => `there is no such run: ${stray}`);
  wrong.push(...sentInPause.map((one) => `sent in a pause: ${one}`));
  const seen = new Set<string>();
  for (const one of sent) {
    if (seen.has(one)) wrong.push(`sent twice: ${one}`);
    seen.add(one);
  }
  const { run: top } = members.get(root)!;
  for (const { run, facts, plan } of members.values()) {
    const again = evolve(undefined, run.id, facts);
    if (textOf(again) !== textOf(run)) wrong.push(`${run.id}: the facts do not give the run`);
    // What nobody waits for any more is undone in its own time, and may be parked in that.
    const isHandler = run.parent?.step === HANDLER;
    const isApart = (run.undoing !== undefined || isHandler) && run.status === 'dead-lettered';
    if (isOver(top.status) && !isOver(run.status) && !isApart) wrong.push(`${run.id} is left behind: ${run.status}`);
    if (['running', 'waiting', 'paused', 'compensating'].includes(run.status))
      wrong.push(`${run.id} is stuck: ${run.status}`);
    wrong.push(...wrongUndoing(run, { facts, plan, members, root }));
    if (run.parent && run.status === 'dead-lettered' && top.status !== 'dead-lettered' && !isApart)
      wrong.push(`${run.id} is parked, and the run it belongs to is ${top.status}`);
    for (const [step, { status }] of run.steps) {
      const isOpen = ['running', 'retrying', 'waiting'].includes(status);
      if (isOpen && run.status === 'completed') wrong.push(`the run ended without ${step}`);
    }
    for (const step of plan.order) wrong.push(...wrongList(run, plan, step));
    wrong.push(...wrongHandling(run, { facts, plan, members }));
    wrong.push(...wrongMarks(run, { facts, members }));
    wrong.push(...wrongHolders(facts), ...wrongTimes(run, facts, plan));
  }
  return wrong;
}

const textOf = (run: Run): string =>
  JSON.stringify([run.status, [...run.steps], [...run.fans], run.scope, run.output ?? null, run.done, run.undoing]);

/** A map's list has an entry for each item, in their order, or leaves out those that failed. */
function wrongList(run: Run, plan: LoadedPlan, step: string): string[] {
  const definition = plan.step(step);
  const list = run.scope[step];
  if (definition.kind !== 'map' || stepOf(run, step).status !== 'completed' || !Array.isArray(list)) return [];
  if (definition.work.kind !== 'stage' || list.length === 0) return [];
  const { onItemFailure } = definition;
  const from = (run.scope['$page'] as { from: number } | undefined)?.from ?? 0;
  const indices = list.map((one: { saw?: { index: number }; output?: { saw: { index: number } } }, i) =>
    onItemFailure === 'collect' ? (one.output?.saw.index ?? from + i) : one.saw!.index,
  );
  const isOrdered = indices.every((index, i) => i === 0 || index > indices[i - 1]!);
  const isWhole = indices.every((index, i) => index === from + i);
  const mayLack = onItemFailure === 'skip' || typeof onItemFailure === 'object';
  return isOrdered && (mayLack || isWhole) ? [] : [`${step} gives ${indices.join(',')}`];
}

/** Each run that has failed has asked its handler once, where it has one, and no other has. */
function wrongHandling(
  run: Run,
  { facts, plan, members }: { facts: readonly Fact[]; plan: LoadedPlan } & Pick<Family, 'members'>,
): string[] {
  const asked = [...members.values()].filter(
    ({ run: { parent } }) => parent?.run === run.id && parent.step === HANDLER,
  );
  const expected = run.status === 'failed' && plan.plan.onFailure?.handler ? 1 : 0;
  const named = facts.flatMap((fact) => (fact.type === 'run.failed' && fact.handler ? [fact.handler] : []));
  const isRight = asked.length === expected && asked.every(({ run: { id } }) => id === named[0]);
  return isRight ? [] : [`${run.id}, which is ${run.status}, asked its handler ${asked.length} times`];
}

/** A run is marked for each step that gave what a fallback, a default or a degraded child run gave, and for no other. */
function wrongMarks(run: Run, { facts, members }: { facts: readonly Fact[] } & Pick<Family, 'members'>): string[] {
  const asked = new Map<string, Fact & { type: 'step.requested' }>();
  const marks = new Set<string>();
  for (const fact of facts) {
    if (fact.type === 'step.requested') asked.set(fact.step, fact);
    const step = 'step' in fact ? (fact.step ?? '').split('[')[0]! : '';
    if (fact.type === 'step.defaulted') marks.add(`${step} default`);
    if (fact.type !== 'step.completed' || isUndo(fact.step)) continue;
    const { fallback, child } = asked.get(fact.step) ?? {};
    if (fallback) marks.add(`${step} fallback`);
    if (child && members.get(child)!.run.degraded.length > 0) marks.add(`${step} run`);
  }
  const told = run.degraded.map(({ step, by }) => `${step} ${by}`);
  return told.toSorted().join() === [...marks].toSorted().join()
    ? []
    : [`marked ${told.join()}, not ${[...marks].join()}`];
}

/** Finds reviews that were answered by somebody other than the last person who had claimed them. */
function wrongHolders(facts: readonly Fact[]): string[] {
  const claims = new Map<string, string>();
  return facts.flatMap((fact) => {
    if (fact.type === 'step.claimed') {
      const before = claims.get(fact.step);
      claims.set(fact.step, fact.by);
      return before === undefined ? [] : [`${fact.step} was claimed from ${before} by ${fact.by}`];
    }
    const claimedBy = 'step' in fact ? claims.get(fact.step ?? '') : undefined;
    if (fact.type === 'step.unclaimed' || fact.type === 'step.escalated' || fact.type === 'step.waiting')
      claims.delete(fact.step);
    if (fact.type !== 'step.answered' || claimedBy === undefined || fact.by === claimedBy) return [];
    return [`${fact.by} answered ${fact.step}, which ${claimedBy} had claimed`];
  });
}

/** Nothing but its end happens to a run after its deadline, and to no step that has one is anything asked after it. */
function wrongTimes(run: Run, facts: readonly Fact[], plan: LoadedPlan): string[] {
  const { deadlineMs } = plan.plan;
  const end = deadlineMs === undefined ? Infinity : run.begunAt + deadlineMs;
  // An event that was there before the timer may come to be decided a little later.
  const undoing = facts.findIndex(({ type }) => type === 'run.compensating');
  const late = facts
    .slice(0, undoing < 0 ? facts.length : undoing)
    .find((fact) => fact.at > end + SLACK && fact.type !== 'run.failed');
  const begun = new Map<string, number>();
  let paused = 0;
  const asked = facts.flatMap((fact) => {
    if (fact.type === 'run.paused') paused = fact.at;
    // The time of a pause does not count.
    if (fact.type === 'run.resumed') for (const [step, at] of begun) begun.set(step, at + fact.at - paused);
    if (fact.type === 'step.redriven') begun.delete(fact.step);
    if (fact.type !== 'step.requested') return [];
    const since = begun.get(fact.step) ?? fact.at;
    begun.set(fact.step, since);
    return fact.at >= since + (plan.step(fact.step).deadlineMs ?? Infinity)
      ? [`${fact.step} was asked for after its deadline`]
      : [];
  });
  return late ? [...asked, `after its deadline: ${late.type}`] : asked;
}
