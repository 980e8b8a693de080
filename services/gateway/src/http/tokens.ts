/** Injection tokens of what is not a class of the gateway's own. */
export const READER = Symbol('reader');
/** Limits and pauses of stages. */
export const STAGES = Symbol('stages');
export const HOUSE = Symbol('house');
export const SETTINGS = Symbol('settings');
