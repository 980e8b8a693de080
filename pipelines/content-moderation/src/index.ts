export { contentModeration } from './content-moderation.js';
