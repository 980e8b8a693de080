import '@millrace/runtime/small-heap';

// Loaded after the import above has had its effect.
await import('./serve.js');
