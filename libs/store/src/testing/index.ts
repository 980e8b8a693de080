export { emptyStore } from './empty-store.js';
