export { invoiceProcessing } from './invoice-processing.js';
