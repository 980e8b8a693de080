import { type Handles, type In, type Out, Stage, type StageRun } from '@millrace/stage';
import { Board } from './board.js';
import { erasePost, screenPost, showPost, tellAuthor } from './contracts.js';

const HARMFUL = /\b(?:hurt|kill|beat) (?:you|them|him|her)\b/i;
const DOUBTFUL: readonly (readonly [RegExp, string])[] = [
  [/https?:\/\//i, 'it has a link'],
  [/\b[A-Z]{3,}\b.*!{2,}/, 'it shouts'],
  [/\bcheap|\bfree money|\bbuy now/i, 'it sells something'],
];

@Stage(screenPost)
export class ScreenPostStage implements Handles<typeof screenPost> {
  handle({ text }: In<typeof screenPost>): Out<typeof screenPost> {
    if (HARMFUL.test(text)) return { verdict: 'harmful', reasons: ['it threatens somebody'] };
    const reasons = DOUBTFUL.filter(([pattern]) => pattern.test(text)).map(([, reason]) => reason);
    return { verdict: reasons.length > 1 ? 'unsure' : 'fine', reasons };
  }
}

@Stage(showPost)
export class ShowPostStage implements Handles<typeof showPost> {
  constructor(private readonly board: Board) {}

  async handle({ post, visible }: In<typeof showPost>): Promise<Out<typeof showPost>> {
    await this.board.show(post, visible);
    return { visible };
  }
}

@Stage(erasePost)
export class ErasePostStage implements Handles<typeof erasePost> {
  constructor(private readonly board: Board) {}

  async handle({ post }: In<typeof erasePost>): Promise<Out<typeof erasePost>> {
    await this.board.erase(post);
    return { erased: true };
  }
}

@Stage(tellAuthor)
export class TellAuthorStage implements Handles<typeof tellAuthor> {
  constructor(private readonly board: Board) {}

  async handle(input: In<typeof tellAuthor>, run: StageRun): Promise<Out<typeof tellAuthor>> {
    const { author, post, what, reasons } = input;
    await this.board.tell(author, `${post} is ${what}: ${reasons.join(', ')}. You may appeal.`, run.idempotencyKey);
    return { told: true };
  }
}
