import { Module } from '@nestjs/common';
import { Prices } from './prices.js';
import { PricesController } from './prices.controller.js';
import { QuoteStage } from './quote.stage.js';

@Module({ controllers: [PricesController, QuoteStage], providers: [Prices] })
export class AppModule {}
