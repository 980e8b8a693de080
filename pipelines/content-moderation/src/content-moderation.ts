import { and, eq, not, or, orElse, pipeline, type RefOf } from '@millrace/pipeline';
import { z } from 'zod';
import { erasePost, judgePost, Post, screenPost, showPost, tellAuthor } from './stages/contracts.js';

export const Ruling = z.object({ remove: z.boolean(), why: z.string() });
export const Appeal = z.object({ appealed: z.boolean(), why: z.string() });

/** A post is hidden, its author told, and given a week to appeal. It is shown again, or erased after thirty days. */
const removal = pipeline(
  { name: 'post-removal', input: z.object({ post: Post, reasons: z.array(z.string()) }) },
  ({ input, step, review, signal, sleep }) => {
    const { post, reasons } = input;
    const hidden = step('hide', showPost, { post: post.id, visible: false });
    const told = step(
      'tell',
      tellAuthor,
      { author: post.author, post: post.id, what: 'hidden', reasons },
      { after: [hidden] },
    );
    const appeal = signal('appeal', Appeal, {
      after: [told],
      timeout: '7d',
      onFailure: { default: { appealed: false, why: 'There was no appeal.' } },
    });
    const hearing = review('hear', Ruling, {
      when: appeal.appealed,
      show: { post, reasons, appeal: appeal.why },
      group: 'appeals',
      timeout: '3d',
      onFailure: { default: { remove: false, why: 'Nobody heard the appeal in time.' } },
    });
    const shown = step(
      'showAgain',
      showPost,
      { post: post.id, visible: true },
      { when: and(appeal.appealed, not(hearing.remove)) },
    );
    const stays = or(not(appeal.appealed), hearing.remove);
    const rested = sleep('keep', '30d', { when: stays });
    step('erase', erasePost, { post: post.id }, { when: stays, after: [rested] });
    return { restored: orElse(shown.visible, false) };
  },
);

/** The fallback to the rules, for a model that does not answer in time or at all. */
const toRules = (text: RefOf<string>) => ({
  stage: screenPost,
  input: { text },
  on: ['MODEL_BUSY', 'MODEL_UNAVAILABLE', 'STAGE_TIMED_OUT'],
});

/** A post stays, is removed, or is looked at by a moderator, who has a day for it. Of two models the first that answers counts. */
export const contentModeration = pipeline(
  { name: 'content-moderation', input: Post },
  ({ input, step, race, review, subPipeline }) => {
    const { text } = input;
    const judged = (model: 'small' | 'large') =>
      step(model, judgePost, { text, model }, { retry: 1, timeout: '5s', fallback: toRules(text) });
    const screened = race(
      'screen',
      { small: () => judged('small'), large: () => judged('large') },
      {
        deadline: '1m',
        onFailure: { give: ({ message }) => ({ verdict: 'unsure' as const, reasons: [message] }) },
      },
    );
    const looked = review('look', Ruling, {
      when: eq(screened.verdict, 'unsure'),
      show: { post: input, reasons: screened.reasons },
      group: 'moderators',
      escalate: { after: '4h', group: 'lead moderators' },
      timeout: '1d',
      onFailure: { default: { remove: true, why: 'Nobody looked at it in time.' } },
    });
    const removed = subPipeline(
      'removal',
      removal,
      { post: { id: input.id, author: input.author, text: input.text }, reasons: screened.reasons },
      { when: or(eq(screened.verdict, 'harmful'), and(eq(screened.verdict, 'unsure'), looked.remove)) },
    );
    return { verdict: screened.verdict, visible: orElse(removed.restored, true) };
  },
);
