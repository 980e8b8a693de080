import { setTimeout as sleep } from 'node:timers/promises';
import { type FakeProvider, fakeProvider, type FakeReply, type FakeRequest } from '@millrace/ai/testing';

/** Starts a fake provider that gives a good answer to each prompt of `support-email`, after a while. */
export function mailProvider(latencyMs: () => number): Promise<FakeProvider> {
  return fakeProvider({
    reply: async (request) => {
      await sleep(latencyMs());
      return answerTo(request);
    },
  });
}

/** The settings with which the stages of `support-email` ask that provider and nobody else. */
export const asksProvider = ({ url }: FakeProvider) => ({
  MODEL_PROVIDER: 'openai-compatible',
  MODEL_URL: url,
  MODEL_NAME: 'small',
  MODEL_ROUTE: 'model',
});

export function answerTo({ prompt, user }: FakeRequest): FakeReply {
  const article = /^id: (\S+)$/m.exec(user)?.[1] ?? '';
  const lists = { accountNumbers: [], cardNumbers: [], ibans: [], amounts: [], dates: [], phones: [], emails: [] };
  const answers: Record<string, unknown> = {
    classify: { label: 'lost-or-stolen-card', confidence: 0.97, alternatives: [] },
    extract: { ...lists, customerName: null, product: 'card', issue: 'lost card' },
    draft: { paragraphs: [`Please freeze the card. [kb:${article}]`], citations: [article], grounded: article !== '' },
    comply: { findings: [] },
  };
  return { is: 'answer', content: answers[prompt] ?? {} };
}

/** Counts what a provider was asked: all calls, and those that are not the same call once more. */
export function paidBy({ requests }: Pick<FakeProvider, 'requests'>): {
  readonly paid: number;
  readonly needed: number;
} {
  return { paid: requests.length, needed: new Set(requests.map(({ headers }) => headers['idempotency-key'])).size };
}
