import type { RunView, StepView } from '@millrace/contracts/http';
import type { LoadedPlan } from '@millrace/pipeline/engine';
import { formOf, type FormField } from './answer-form.js';
import { fieldsOf, sentenceOf } from './words.js';

/** Returns what a person needs to answer a step that waits; undefined for one that nobody can answer. */
export function reviewOf(run: RunView, step: StepView, plan: LoadedPlan | undefined) {
  const definition = plan?.step(step.name);
  if (definition?.kind !== 'review' && definition?.kind !== 'signal') return undefined;
  const answer = step.allowedActions.includes('answer');
  if (!answer && !step.allowedActions.includes('signal')) return undefined;
  const { reasons, rest } = reasonsIn(step.show);
  const show = 'show' in definition ? definition.show : undefined;
  const fields = formOf(definition.schema).map((field) => ({
    ...field,
    ...replacedBy(field, { step: step.name, plan: plan!, show }),
  }));
  const required = fields.filter(({ type, required }) => type === 'boolean' && required);
  // The one thing to decide is what sends the answer.
  const decision = required.length === 1 ? required[0] : undefined;
  return {
    action: answer ? `/v1/reviews/${run.id}.${step.name}` : `/v1/runs/${run.id}/signals/${step.name}`,
    under: answer ? 'answer' : 'payload',
    verb: answer ? 'Answer' : 'Send the signal',
    reasons,
    show: rest === undefined ? undefined : fieldsOf(rest),
    fields: fields.filter((field) => field !== decision),
    decision,
  };
}

/** The reasons for the review in words, and the content to look at beside them. */
function reasonsIn(show: unknown): { reasons: readonly string[]; rest: unknown } {
  if (typeof show !== 'object' || show === null || Array.isArray(show)) return { reasons: [], rest: show };
  const { reasons, ...rest } = show as { reasons?: unknown };
  const given = typeof reasons === 'string' ? [reasons] : reasons;
  if (!Array.isArray(given) || !given.every((reason) => typeof reason === 'string')) return { reasons: [], rest: show };
  return { reasons: given.map(sentenceOf), rest };
}

interface Asked {
  readonly step: string;
  readonly plan: LoadedPlan;
  readonly show: unknown;
}

/**
 * Returns what a text replaces: the plan uses the answer's text where there is one, or else something that is shown with the review. Its
 * name among what is shown; empty where it is not shown.
 */
function replacedBy({ name, type, required }: FormField, { step, plan, show }: Asked): { replaces?: string } {
  if (type !== 'text' || required) return {};
  const given = JSON.stringify({ $ref: [step, name] });
  const otherwise = insteadOf(plan.plan.steps, given) ?? insteadOf(plan.plan.output, given);
  if (otherwise === undefined) return {};
  const shown = Object.entries((show ?? {}) as object).find(([, value]) => JSON.stringify(value) === otherwise);
  return { replaces: shown?.[0] ?? '' };
}

/** The second of an `orElse` whose first is given. */
function insteadOf(value: unknown, given: string): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const choices = (value as { $orElse?: unknown }).$orElse;
  if (Array.isArray(choices) && JSON.stringify(choices[0]) === given) return JSON.stringify(choices[1]);
  for (const inner of Object.values(value)) {
    const found = insteadOf(inner, given);
    if (found !== undefined) return found;
  }
  return undefined;
}
