/** Injection tokens of what is not a class of the gateway's own. */
export const READER = Symbol('reader');
export const LIMITS = Symbol('limits');
export const HOUSE = Symbol('house');
export const SETTINGS = Symbol('settings');
