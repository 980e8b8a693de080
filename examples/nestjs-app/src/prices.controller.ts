import { Body, Controller, Get, NotFoundException, Param, Put } from '@nestjs/common';
import { Prices } from './prices.js';

/** The HTTP API that the application had before it had a stage. */
@Controller()
export class PricesController {
  constructor(private readonly prices: Prices) {}

  @Get('prices/:article')
  price(@Param('article') article: string): { cents: number } {
    const cents = this.prices.of(article);
    if (cents === undefined) throw new NotFoundException(`There is no article ${article}.`);
    return { cents };
  }

  @Put('prices/:article')
  setPrice(@Param('article') article: string, @Body() { cents }: { cents: number }): void {
    this.prices.set(article, cents);
  }
}
