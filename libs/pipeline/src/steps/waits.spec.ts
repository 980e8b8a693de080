import { z } from 'zod';
import { defineStage, pipeline, type PlanError } from '../index.js';
import { assignedTo, mermaid } from '../engine.js';

const Request = z.object({ manager: z.string(), amount: z.number() });
const Decision = z.object({ approved: z.boolean() });
const look = defineStage({ name: 'look', input: z.object({}), output: z.object({ owner: z.string().optional() }) });

const codeOf = (define: () => unknown): string | undefined => {
  try {
    define();
    return undefined;
  } catch (error) {
    return (error as PlanError).code;
  }
};

describe('a review', () => {
  test('is for somebody whom the pipeline or the run names, and goes to others after a time', () => {
    const { plan, loaded } = pipeline({ name: 'spending', input: Request }, ({ input, step, review }) => {
      const looked = step('look', look, {});
      return review('approve', Decision, {
        assignee: input.manager,
        escalate: [
          { after: '1d', assignee: looked.owner },
          { after: '2d', group: 'board' },
        ],
        timeout: '3d',
        onFailure: { default: { approved: false } },
      });
    });
    const day = 24 * 3_600_000;
    expect(plan.steps['approve']).toMatchObject({
      to: { assignee: { $ref: ['input', 'manager'] } },
      escalate: [
        { afterMs: day, to: { assignee: { $ref: ['look', 'owner'] } } },
        { afterMs: 2 * day, to: { group: 'board' } },
      ],
      predecessors: ['look'],
    });
    const known = { input: { manager: 'ann' }, look: { owner: 'bob' } };
    const to = [0, 1, 2].map((escalations) => assignedTo(loaded.step('approve'), known, escalations));
    expect(to).toEqual([{ assignee: 'ann' }, { assignee: 'bob' }, { group: 'board' }]);
    expect(assignedTo(loaded.step('approve'), { ...known, look: {} }, 1)).toEqual({});
  });

  test('says in the picture whom it is for', () => {
    const { plan } = pipeline({ name: 'spending', input: Request }, ({ review }) =>
      review('approve', Decision, { group: 'finance' }),
    );
    expect(mermaid(plan)).toContain('{{"approve (review by finance)"}}');
  });

  test('is refused where its escalations do not come one after the other, before its timeout', () => {
    const escalating = (...times: ('1h' | '2h' | '3h')[]) =>
      codeOf(() =>
        pipeline({ name: 'spending', input: Request }, ({ review }) =>
          review('approve', Decision, {
            timeout: '3h',
            escalate: times.map((after) => ({ after, group: 'board' })),
          }),
        ),
      );
    expect(escalating('1h', '2h')).toBeUndefined();
    expect([escalating('2h', '1h'), escalating('1h', '1h'), escalating('3h')]).toEqual(Array(3).fill('BAD_ESCALATION'));
  });

  test('that names nobody has the plan it always had', () => {
    const { plan } = pipeline({ name: 'plain', input: Request }, ({ review }) => review('approve', Decision));
    expect(Object.keys(plan.steps['approve']!)).toEqual(['kind', 'schema', 'predecessors']);
  });
});
