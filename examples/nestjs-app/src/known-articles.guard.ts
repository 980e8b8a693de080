import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Prices } from './prices.js';

/** Turns away what nobody sells: the step fails for good, with the code STAGE_REFUSED. */
@Injectable()
export class KnownArticles implements CanActivate {
  constructor(private readonly prices: Prices) {}

  canActivate(context: ExecutionContext): boolean {
    const { article } = context.switchToRpc().getData<{ article: string }>();
    return this.prices.of(article) !== undefined;
  }
}
