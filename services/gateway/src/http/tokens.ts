/** Injection tokens of what is not a class of the gateway's own. */
export const READER = Symbol('reader');
/** Quotas, budgets and prices of models, and what was spent. */
export const MODELS = Symbol('models');
/** True for a gateway that only shows. */
export const READ_ONLY = Symbol('read only');
export const RUNTIME = Symbol('runtime');
export const SETTINGS = Symbol('settings');
