/** Injection tokens of what is not a class of the gateway's own. */
export const READER = Symbol('reader');
/** Limits and pauses of stages. */
export const STAGES = Symbol('stages');
export const RUNTIME = Symbol('runtime');
export const SETTINGS = Symbol('settings');
