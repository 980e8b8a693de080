import { type AnyStage, type Handles, type In, type Out, Stage, StageFailure, type StageRun } from '@millrace/stage';
import { insure, open, pay, price, quote, reserve, weigh } from './pipeline.js';
import { failuresOf, INSURANCE, isHeld, isInsured, isRefused, priceOf, weightOf, workMsOf } from './rules.js';

/** The system outside. */
export class BankAddress {
  constructor(readonly url: string) {}
}

/** Asks the system outside for something that takes a while, as a model does. */
async function work({ url }: BankAddress, { id, step, idempotencyKey, signal }: StageRun): Promise<void> {
  const headers = { 'idempotency-key': idempotencyKey, 'x-caller': String(process.pid) };
  const answer = await fetch(new URL(`/work?ms=${workMsOf(id, step)}`, url), { method: 'POST', headers, signal });
  await answer.arrayBuffer();
}

@Stage(open)
export class OpenStage implements Handles<typeof open> {
  constructor(private readonly bank: BankAddress) {}

  async handle(input: In<typeof open>, run: StageRun): Promise<Out<typeof open>> {
    await work(this.bank, run);
    return input;
  }
}

@Stage(weigh)
export class WeighStage implements Handles<typeof weigh> {
  constructor(private readonly bank: BankAddress) {}

  async handle({ item }: In<typeof weigh>, run: StageRun): Promise<Out<typeof weigh>> {
    await work(this.bank, run);
    return { weight: weightOf(item) };
  }
}

@Stage(price)
export class PriceStage implements Handles<typeof price> {
  constructor(private readonly bank: BankAddress) {}

  async handle({ amount }: In<typeof price>, run: StageRun): Promise<Out<typeof price>> {
    await work(this.bank, run);
    return { price: priceOf(amount) };
  }
}

@Stage(quote)
export class QuoteStage implements Handles<typeof quote> {
  constructor(private readonly bank: BankAddress) {}

  async handle(input: In<typeof quote>, run: StageRun): Promise<Out<typeof quote>> {
    await work(this.bank, run);
    return { total: input.weight + input.price, held: isHeld(run.id), insured: isInsured(run.id) };
  }
}

@Stage(reserve)
export class ReserveStage implements Handles<typeof reserve> {
  constructor(private readonly bank: BankAddress) {}

  async handle(input: In<typeof reserve>, run: StageRun): Promise<Out<typeof reserve>> {
    await work(this.bank, run);
    if (isRefused(run.id)) throw new StageFailure('SOLD_OUT', 'There is none left.', { kind: 'permanent' });
    if (run.attempt <= failuresOf(run.id)) throw new StageFailure('WAREHOUSE_BUSY', 'The warehouse is busy.');
    return input;
  }
}

@Stage(insure)
export class InsureStage implements Handles<typeof insure> {
  constructor(private readonly bank: BankAddress) {}

  async handle({ total }: In<typeof insure>, run: StageRun): Promise<Out<typeof insure>> {
    await work(this.bank, run);
    return { total: total + INSURANCE };
  }
}

@Stage(pay)
export class PayStage implements Handles<typeof pay> {
  constructor(private readonly bank: BankAddress) {}

  async handle({ total }: In<typeof pay>, run: StageRun): Promise<Out<typeof pay>> {
    await work(this.bank, run);
    const answer = await fetch(this.bank.url, {
      method: 'POST',
      headers: { 'idempotency-key': run.idempotencyKey, 'x-caller': String(process.pid) },
      body: JSON.stringify({ total }),
      signal: run.signal,
    });
    return (await answer.json()) as Out<typeof pay>;
  }
}

export const STAGES: Readonly<Record<string, AnyStage>> = {
  open: OpenStage,
  weigh: WeighStage,
  price: PriceStage,
  quote: QuoteStage,
  reserve: ReserveStage,
  insure: InsureStage,
  pay: PayStage,
};
