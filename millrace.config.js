// What `npm start` and the coordinator of `npm run services` run.
import { defineConfig } from '@millrace/project/config';

export default defineConfig({
  pipelines: ['@millrace/support-email'],
  stages: ['@millrace/support-email/stages'],
  samples: { 'support-email': 'pipelines/support-email/samples/refund-not-received.eml' },
});
