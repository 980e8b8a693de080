import { isOver } from '@millrace/contracts';
import { isUndo, undoneBy } from '@millrace/pipeline/engine';
import type { MemoryRun } from '../memory/runs-in-memory.js';
import type { Family } from './family.fixture.js';
import type { Run } from '../run/run.js';

/** All that a run which is being undone has done is undone once, the last first; of one that has not got so far, none. */
export function wrongUndoing(
  run: Run,
  options: Pick<MemoryRun, 'facts' | 'plan'> & Pick<Family, 'members' | 'root'>,
): string[] {
  const { facts, plan, members, root } = options;
  const { run: top } = members.get(root)!;
  const completed = facts.flatMap((fact) => (fact.type === 'step.completed' ? [fact.step] : []));
  const undone = completed.filter(isUndo);
  if (!run.undoing) return undone.length > 0 ? [`${run.id} undid ${undone.join(', ')} and went on`] : [];
  const wrong: string[] = [];
  const begun = facts.flatMap((fact) => (fact.type === 'step.requested' && isUndo(fact.step) ? [fact.step] : []));
  const inOrder = [...new Set(begun)];
  const since = facts.findIndex((fact) => fact.type === 'run.compensating');
  const after = new Set(facts.slice(since).flatMap((fact) => (fact.type === 'step.completed' ? [fact.step] : [])));
  // What completed while others were being undone comes when it comes.
  const settled = inOrder.filter((name) => !after.has(undoneBy(name)!));
  const places = settled.map((name) => run.done.findIndex(({ undo }) => undo === name));
  if (places.some((place, i) => i > 0 && place > places[i - 1]!))
    wrong.push(`undone in the order ${settled.join(', ')}`);
  if (new Set(undone).size < undone.length) wrong.push(`undone twice: ${undone.join(', ')}`);
  // Who cancels without compensation ends what is under way of it, too.
  if (!isOver(run.status) || (top.status === 'cancelled' && top.undoing?.as !== 'cancelled')) return wrong;
  for (const { step, undo, child } of run.done) {
    const definition = plan.step(step);
    const isNamed = 'compensate' in definition && definition.compensate !== undefined;
    const own = child === undefined ? undefined : members.get(child);
    if (isNamed && !undone.includes(undo)) wrong.push(`${run.id} did not undo ${step}`);
    if (!isNamed && own?.plan.compensates && !own.run.undoing) wrong.push(`${run.id} did not undo ${child}`);
  }
  return wrong;
}
