import type { Api, BodyOf, CallOptions, QueryOf } from './api.js';
import type { BudgetView, ModelsView, PricesView, QuotaView, SpendingList } from './generated/openapi.js';

/** Sets quotas, budgets and prices of models, and shows what was spent. */
export class Models {
  constructor(private readonly api: Api) {}

  /** Returns the quotas, budgets and prices, and the calls that are under way or whose end is unknown. */
  get(options?: CallOptions): Promise<ModelsView> {
    return this.api.answer('GET /v1/models', options, (init) => this.api.http.GET('/v1/models', init));
  }

  /** Sets what a provider allows for a model; a quota that limits nothing is removed. */
  quota(body: BodyOf<'setModelQuota'>, options?: CallOptions): Promise<QuotaView> {
    return this.api.answer('POST /v1/models/quotas', options, (init) =>
      this.api.http.POST('/v1/models/quotas', { ...init, body }),
    );
  }

  /** Sets what may be spent; a budget without limits is removed. */
  budget(body: BodyOf<'setModelBudget'>, options?: CallOptions): Promise<BudgetView> {
    return this.api.answer('POST /v1/models/budgets', options, (init) =>
      this.api.http.POST('/v1/models/budgets', { ...init, body }),
    );
  }

  prices(body: BodyOf<'setModelPrices'>, options?: CallOptions): Promise<PricesView> {
    return this.api.answer('POST /v1/models/prices', options, (init) =>
      this.api.http.POST('/v1/models/prices', { ...init, body }),
    );
  }

  /** Returns what calls used and cost, by day, tenant, pipeline and model, and what budgets have counted. */
  spending(query: QueryOf<'listModelSpending'> = {}, options?: CallOptions): Promise<SpendingList> {
    return this.api.answer('GET /v1/models/spending', options, (init) =>
      this.api.http.GET('/v1/models/spending', { ...init, params: { query } }),
    );
  }
}
