import { setFlagsFromString } from 'node:v8';

/*
 * While modules are loaded V8 would let the young generation grow to 128 MB, nearly all of it garbage, and keep it. It stays small until
 * Millrace is ready; under load it may grow, because collecting a small one takes processor time.
 */
setFlagsFromString('--semi-space-growth-factor=1');
await import('./serve.js');
setFlagsFromString('--semi-space-growth-factor=2');
