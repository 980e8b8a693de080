import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { map, type Observable } from 'rxjs';

/** Takes a tenth off large sums. */
@Injectable()
export class Discount implements NestInterceptor<{ cents: number }, { cents: number }> {
  intercept(_: ExecutionContext, next: CallHandler<{ cents: number }>): Observable<{ cents: number }> {
    const reduced = (cents: number) => (cents >= 10_000 ? Math.round(cents * 0.9) : cents);
    return next.handle().pipe(map((answer) => ({ ...answer, cents: reduced(answer.cents) })));
  }
}
