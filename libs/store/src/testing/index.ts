export { type ListCost, listCosts } from './list-costs.js';
export { fillStore } from './many-runs.js';
