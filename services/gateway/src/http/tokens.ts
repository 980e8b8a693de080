/** Injection tokens of what is not a class of the gateway's own. */
export const READER = Symbol('reader');
/** Quotas, budgets and prices of models, and what was spent. */
export const MODELS = Symbol('models');
export const RUNTIME = Symbol('runtime');
export const SETTINGS = Symbol('settings');
