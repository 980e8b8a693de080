import { Injectable } from '@nestjs/common';

/** Knows what articles cost: used by the HTTP controller, the guard and the stage alike. */
@Injectable()
export class Prices {
  private readonly cents = new Map([
    ['pen', 120],
    ['paper', 5],
  ]);

  of(article: string): number | undefined {
    return this.cents.get(article);
  }

  set(article: string, cents: number): void {
    this.cents.set(article, cents);
  }
}
