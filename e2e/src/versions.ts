import { type Api, CLEAR, type RunView, sample } from './api.js';
import { until } from './processes.js';

interface Version {
  readonly version: number;
  readonly plan: string;
  readonly share: number;
  readonly liveRuns: number;
}
interface Detail extends Version {
  readonly definition: { readonly output: object };
  readonly contracts: Record<string, { input: unknown; output: unknown }>;
}

const PATH = '/v1/pipelines/support-email';

/** The plan of `support-email` as it is deployed, whose output says which version made it. */
export async function nextVersion(api: Api, mark: string) {
  const { definition, contracts } = await api.get<Detail>(`${PATH}/versions/1`);
  return { plan: { ...definition, output: { ...definition.output, mark } }, contracts };
}

export const versions = async (api: Api): Promise<readonly Version[]> =>
  (await api.get<{ items: Version[] }>(`${PATH}/versions`)).items;

/** A run that waits for a person, a version deployed meanwhile, `crash`, and the answer: who follows which plan. */
export async function deployInTheMiddleOfAReview(api: Api, options: { key: string; crash: () => Promise<void> }) {
  const id = await api.start(sample('ambiguous'), options.key);
  const before = await api.settled(id, 'waiting');
  const deployed = await api.post(`${PATH}/versions`, {
    ...(await nextVersion(api, options.key)),
    by: 'ann',
    reason: 'a mark',
  });
  if (deployed.status !== 201) throw new Error(`It was not deployed: ${await deployed.text()}`);
  await options.crash();
  const fresh = await api.settled(await api.start(CLEAR, `${options.key}-new`), 'completed');
  await until('the answer is taken', async () => {
    const answer = await api.post(`/v1/reviews/${id}.approve`, { answer: { approved: true } }).catch(() => undefined);
    return answer?.status === 202;
  });
  return { before, after: await api.settled(id, 'completed'), fresh };
}

export const markOf = (run: RunView): string | undefined => (run.output as { mark?: string } | undefined)?.mark;
