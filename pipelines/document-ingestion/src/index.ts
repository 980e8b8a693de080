export { documentIngestion, documentSearch } from './document-ingestion.js';
