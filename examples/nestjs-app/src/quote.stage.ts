import { type Handles, type In, type Out, Stage, StageFailure, type StageRun } from '@millrace/stage';
import { UseGuards, UseInterceptors } from '@nestjs/common';
import { quote } from './contracts.js';
import { Discount } from './discount.interceptor.js';
import { KnownArticles } from './known-articles.guard.js';
import { Prices } from './prices.js';

@Stage(quote)
@UseGuards(KnownArticles)
@UseInterceptors(Discount)
export class QuoteStage implements Handles<typeof quote> {
  constructor(private readonly prices: Prices) {}

  handle({ article, pieces }: In<typeof quote>, run: StageRun): Out<typeof quote> {
    const cents = this.prices.of(article);
    if (cents === undefined)
      throw new StageFailure('UNKNOWN_ARTICLE', `There is no article ${article}.`, { retryable: false });
    if (pieces > 1_000_000)
      throw new StageFailure('TOO_MANY_PIECES', 'Nobody has so many pieces.', { retryable: false });
    return { cents: cents * pieces, attempt: run.attempt };
  }
}
