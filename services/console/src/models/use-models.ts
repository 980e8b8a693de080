import { useQuery } from '@tanstack/react-query';
import { follows } from '../app/live.js';
import { millrace } from '../app/place.js';
import { warningsOf } from './warnings.js';

/** The quotas, budgets and prices of models, and the calls that are under way. */
export const useModels = () =>
  useQuery({
    queryKey: ['models'],
    queryFn: ({ signal }) => millrace.models.get({ signal }),
    ...follows('models'),
  });

/** The tokens and money that calls of models took, and the counts of budgets. */
export const useSpending = () =>
  useQuery({
    queryKey: ['model-spending'],
    queryFn: ({ signal }) => millrace.models.spending({}, { signal }),
    ...follows('models'),
  });

/** Says in words what holds calls of models up, or soon will. */
export function useModelWarnings(): readonly string[] {
  const [models, spending] = [useModels().data, useSpending().data];
  return models && spending ? warningsOf(models, spending) : [];
}
