export { documentIngestion, documentNotices, documentSearch, documentUpkeep } from './document-ingestion.js';
