import { Body, Controller, Get, HttpCode, Inject, Post, Query } from '@nestjs/common';
import {
  budgetKey,
  type LedgerEntry,
  type ModelBudget,
  type ModelPrices,
  type ModelQuota,
  modelRecord,
  PRICES_KEY,
  quotaKey,
  randomId,
} from '@millrace/contracts';
import {
  type ActBody,
  BudgetBody,
  type BudgetView,
  type ModelsView,
  PricesBody,
  type PricesView,
  QuotaBody,
  type QuotaView,
  type SpendingList,
} from '@millrace/contracts/http';
import type { ModelLedger, ModelSettings, Runtime } from '@millrace/runtime';
import { actDone } from '../audit/act-done.js';
import { SpendingQuery } from '../http/queries.js';
import { MODELS, RUNTIME } from '../http/tokens.js';
import { timeOf } from '../runs/shown.js';

export interface ModelsSet {
  readonly settings: Pick<ModelSettings, 'quotas' | 'budgets' | 'prices'>;
  readonly ledger: Pick<ModelLedger, 'entries'>;
}

/** Calls that are shown at most. */
const MOST_CALLS = 1_000;

@Controller('v1/models')
export class ModelsController {
  constructor(
    @Inject(RUNTIME) private readonly runtime: Runtime,
    @Inject(MODELS) private readonly set: ModelsSet,
  ) {}

  @Get()
  all(): ModelsView {
    const { settings } = this.set;
    const prices = settings.prices();
    return {
      quotas: settings.quotas().map((quota) => this.viewOf(quota)),
      budgets: settings.budgets().map(({ at, ...budget }) => ({ ...budget, setAt: timeOf(at) })),
      ...(prices && { prices: pricesView(prices) }),
      calls: [...this.calls()],
    };
  }

  @Post('quotas')
  @HttpCode(200)
  async quota(@Body({ schema: QuotaBody }) body: QuotaBody): Promise<QuotaView> {
    const quota: ModelQuota = { ...body, at: Date.now() };
    const { requests, tokens, concurrency, breaker } = quota;
    const limits = requests ?? tokens ?? concurrency ?? breaker;
    await this.publish({ what: 'quota', key: quotaKey(quota), body }, limits === undefined ? undefined : quota);
    return this.viewOf(quota);
  }

  @Post('budgets')
  @HttpCode(200)
  async budget(@Body({ schema: BudgetBody }) body: BudgetBody): Promise<BudgetView> {
    const budget: ModelBudget = { ...body, at: Date.now() };
    const limits = budget.tokens ?? budget.money ?? budget.calls;
    await this.publish(
      { what: 'budget', key: budgetKey(budget.name), body },
      limits === undefined ? undefined : budget,
    );
    return { ...body, setAt: timeOf(budget.at) };
  }

  @Post('prices')
  @HttpCode(200)
  async prices(@Body({ schema: PricesBody }) body: PricesBody): Promise<PricesView> {
    const prices: ModelPrices = { ...body, at: Date.now() };
    await this.publish({ what: 'prices', key: PRICES_KEY, body }, prices);
    return pricesView(prices);
  }

  @Get('spending')
  spending(@Query({ schema: SpendingQuery }) query: SpendingQuery): SpendingList {
    const { from = '', to = '9', tenant, pipeline } = query;
    const list: SpendingList = { items: [], budgets: [] };
    for (const entry of this.set.ledger.entries()) {
      if (entry.kind === 'budget') {
        const { kind: _, at: __, micros, ...counted } = entry;
        list.budgets.push({ ...counted, money: micros / 1_000_000 });
      }
      if (entry.kind !== 'spent' || entry.day < from || entry.day > to) continue;
      if (entry.tenant !== (tenant ?? entry.tenant) || entry.pipeline !== (pipeline ?? entry.pipeline)) continue;
      const { kind: _, micros, ...sums } = entry;
      list.items.push({ ...sums, money: micros / 1_000_000 });
    }
    list.items.sort((a, b) => b.day.localeCompare(a.day));
    const currency = this.set.settings.prices()?.currency;
    return { ...list, ...(currency !== undefined && { currency }) };
  }

  private viewOf({ at, ...quota }: ModelQuota): QuotaView {
    let state: Extract<LedgerEntry, { kind: 'quota' }> | undefined;
    for (const entry of this.set.ledger.entries())
      if (entry.kind === 'quota' && quotaKey(entry) === quotaKey(quota)) state = entry;
    const { waiting = 0, running = 0, pausedUntil = 0 } = state ?? {};
    const paused = pausedUntil > Date.now() && { pausedUntil: timeOf(pausedUntil) };
    return { ...quota, setAt: timeOf(at), waiting, running, ...paused };
  }

  private *calls(): Iterable<ModelsView['calls'][number]> {
    let shown = 0;
    for (const entry of this.set.ledger.entries()) {
      if (entry.kind !== 'call' || shown++ >= MOST_CALLS) continue;
      const { id, run, step, provider, model, tenant, pipeline, estimate } = entry.call;
      const whose = { ...(tenant !== undefined && { tenant }), ...(pipeline !== undefined && { pipeline }) };
      const tokens = estimate.input + estimate.output;
      yield { id, run, step, provider, model, ...whose, since: timeOf(entry.at), status: entry.status, tokens };
    }
  }

  private publish(
    { what, key, body }: { what: string; key: string; body: ActBody },
    value: ModelQuota | ModelBudget | ModelPrices | undefined,
  ): Promise<void> {
    const { broker, topics } = this.runtime;
    const { by, reason, ...detail } = body;
    return broker.publish([
      modelRecord(topics, key, { value, id: randomId('evt') }),
      actDone(topics, { kind: `model.${what}`, subject: key, by, reason, detail }),
    ]);
  }
}

const pricesView = ({ at, ...prices }: ModelPrices): PricesView => ({ ...prices, setAt: timeOf(at) });
