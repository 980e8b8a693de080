// Fails a test file that leaves something open: a server, a socket, a child process, a timer. It would keep a process alive.
import { TestEnvironment } from 'jest-environment-node';

// Node opens these when they are first used, which may be in any test.
for (const name of ['stdin', 'stdout', 'stderr']) void process[name];

const countOpen = () => {
  const counts = new Map();
  for (const kind of process.getActiveResourcesInfo()) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
};

export default class extends TestEnvironment {
  before = countOpen();

  constructor(config, context) {
    super(config, context);
    this.graceMs = config.projectConfig.testEnvironmentOptions.graceMs;
  }

  async handleTestEvent({ name }, { unhandledErrors }) {
    if (name !== 'run_finish') return;
    const end = Date.now() + this.graceMs;
    while (this.left().length > 0 && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 20).unref());
    const left = this.left().join(', ');
    if (left !== '')
      unhandledErrors.push(new Error(`This file leaves something open: ${left}. Close it where it is opened.`));
  }

  left() {
    const more = [...countOpen()].map(([kind, count]) => [kind, count - (this.before.get(kind) ?? 0)]);
    return more.flatMap(([kind, count]) => (count > 0 ? `${count} × ${kind}` : []));
  }
}
