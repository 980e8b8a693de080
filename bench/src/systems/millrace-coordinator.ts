// The coordinator's process keeps its heap small, as its own `main.ts` does: see there.
import '@millrace/runtime/small-heap';

await import('./millrace-service.js');
