import type { Next, Note } from './contracts.js';

export interface Situation {
  readonly question: string;
  readonly notes: readonly Note[];
  readonly spent: number;
  readonly budget: number;
}

/** Says what to do next. Put a model behind it. */
export abstract class Planner {
  abstract next(situation: Situation, signal: AbortSignal): Promise<Next>;
}

type Use = Omit<Next, 'complete'>;
const COST = { calculate: 1, lookUp: 2, compare: 3 };

/** Sums are calculated, one name is looked up, several are compared: needs no model. */
export class RulePlanner extends Planner {
  next({ question, notes, spent, budget }: Situation): Promise<Next> {
    const isNoted = (use: Use) => notes.some(({ tool, argument }) => tool === use.tool && argument === use.argument);
    const missing = wanted(question).filter((use) => !isNoted(use));
    const affordable = missing.find(({ cost }) => spent + cost <= budget);
    if (affordable) return Promise.resolve({ ...affordable, complete: false });
    const known = notes.map(({ found }) => found).join(' ') || 'I do not know.';
    return Promise.resolve({ tool: 'answer', argument: known, subjects: [], cost: 0, complete: missing.length === 0 });
  }
}

/** The tools that a question asks for. A name is a word with a capital that does not begin a sentence. */
function wanted(question: string): Use[] {
  const names = [...question.matchAll(/(?<=[a-z,] )[A-Z][a-z]+/g)].map(([name]) => name);
  const [sum] = /\(?\d[\d\s.()]*(?:[-+*/][\d\s.()]+)+/.exec(question) ?? [];
  const uses: Use[] = [];
  const [only, ...more] = names;
  if (only !== undefined && more.length === 0)
    uses.push({ tool: 'lookUp', argument: only, subjects: [], cost: COST.lookUp });
  if (more.length > 0) uses.push({ tool: 'compare', argument: names.join(', '), subjects: names, cost: COST.compare });
  if (sum !== undefined) uses.push({ tool: 'calculate', argument: sum.trim(), subjects: [], cost: COST.calculate });
  return uses;
}
