/** Millrace's version: that of every package in this repository. */
export const VERSION = '0.1.0';
