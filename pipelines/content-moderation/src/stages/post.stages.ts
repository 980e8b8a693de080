import { type Handles, type In, type Out, Stage, type StageRun } from '@millrace/stage';
import { Board } from './board.js';
import { erasePost, judgePost, screenPost, showPost, tellAuthor } from './contracts.js';
import { Judge, judgedByRules } from './judge.js';

@Stage(screenPost)
export class ScreenPostStage implements Handles<typeof screenPost> {
  handle({ text }: In<typeof screenPost>): Out<typeof screenPost> {
    return judgedByRules(text);
  }
}

@Stage(judgePost)
export class JudgePostStage implements Handles<typeof judgePost> {
  constructor(private readonly judge: Judge) {}

  handle({ text, model }: In<typeof judgePost>, run: StageRun): Promise<Out<typeof judgePost>> {
    return this.judge.judge(text, { model, signal: run.signal });
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
