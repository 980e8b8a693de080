import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';
import { join } from 'node:path';
import { ROOT } from './processes.js';

/** Imports that somebody might write, each with its file. */
const refused: [file: string, code: string][] = [
  ['libs/contracts/src/a.ts', `import '@millrace/pipeline';`],
  ['libs/pipeline/src/a.ts', `import '@millrace/saga';`],
  ['libs/saga/src/a.ts', `import '@millrace/store';`],
  ['libs/broker/src/a.ts', `import '@millrace/broker-kafka';`],
  ['libs/broker-kafka/src/a.ts', `import '@millrace/telemetry';`],
  ['libs/broker-embedded/src/a.ts', `import '@millrace/broker-kafka';`],
  ['libs/telemetry/src/a.ts', `import '@millrace/runtime';`],
  ['libs/ai/src/a.ts', `import '@millrace/stage';`],
  ['libs/store/src/a.ts', `import '@millrace/broker';`],
  ['libs/runtime/src/a.ts', `import '@millrace/coordinator';`],
  ['libs/stage/src/a.ts', `import '@millrace/stage-classify';`],
  ['services/stages/draft/src/a.ts', `import '@millrace/stage-classify';`],
  ['services/stages/draft/src/a.ts', `import '@millrace/store';`],
  ['services/stages/draft/src/a.ts', `import '@millrace/saga';`],
  ['pipelines/support-email/src/a.ts', `import '@millrace/stage-classify';`],
  ['pipelines/agent/src/stages/a.ts', `import '@millrace/stage-classify';`],
  ['pipelines/agent/src/stages/a.ts', `import '@millrace/saga';`],
  ['pipelines/agent/src/agent.ts', `import '@millrace/stage';`],
  ['services/gateway/src/a.ts', `import '@millrace/coordinator';`],
  ['services/coordinator/src/a.ts', `import '@millrace/gateway';`],
  ['services/cli/src/a.ts', `import '@millrace/store';`],
  ['services/cli/src/a.ts', `import '@millrace/broker-embedded';`],
  ['services/gateway/src/a.ts', `import '@millrace/broker-kafka';`],
  ['services/gateway/src/a.ts', `import '@millrace/stage';`],
  ['services/coordinator/src/a.ts', `import '@millrace/stage';`],
  ['services/bridge/src/a.ts', `import '@millrace/store';`],
  ['services/standalone/src/a.ts', `import '@millrace/cli';`],
  ['services/millrace/src/a.ts', `import '@millrace/store';`],
  ['libs/testing/src/a.ts', `import '@millrace/store';`],
  ['libs/stage/src/a.ts', `import '@millrace/saga';`],
  ['libs/project/src/a.ts', `import '@millrace/broker';`],
  ['services/coordinator/src/a.ts', `import 'kafkajs';`],
  ['services/stages/draft/src/a.ts', `import '@opentelemetry/api';`],
  ['libs/stage/src/a.ts', `import 'pg';`],
  ['libs/runtime/src/a.ts', `import '@nestjs/common';`],
];
const allowed: [file: string, code: string][] = [
  ['libs/saga/src/a.ts', `import '@millrace/pipeline';`],
  ['libs/broker-kafka/src/a.ts', `import 'kafkajs';`],
  ['libs/stage/src/a.ts', `import '@nestjs/common';`],
  ['services/stages/draft/src/a.ts', `import '@millrace/stage';`],
  ['pipelines/support-email/src/a.ts', `import '@millrace/stage-classify/contract';`],
  ['pipelines/agent/src/stages/a.ts', `import '@millrace/stage';`],
  ['pipelines/agent/src/main.ts', `import '@millrace/stage';`],
  ['services/standalone/src/a.ts', `import '@millrace/coordinator';`],
  ['services/cli/src/a.ts', `import '@millrace/client';`],
  ['services/cli/src/a.spec.ts', `import '@millrace/broker-embedded';`],
];

/** Timers that fire at once beyond 24.8 days. */
const short: [file: string, code: string][] = [
  ['libs/stage/src/a.ts', `setTimeout(() => {}, 1);`],
  ['services/gateway/src/a.ts', `const wait = setInterval;`],
  ['services/cli/src/a.ts', `AbortSignal.timeout(1);`],
  ['pipelines/agent/src/stages/a.ts', `globalThis.setTimeout(() => {}, 1);`],
  ['services/stages/draft/src/a.ts', `import { setTimeout as sleep } from 'node:timers/promises';`],
  ['libs/ai/src/a.ts', `import * as timers from 'timers';`],
];
const longer: [file: string, code: string][] = [
  ['libs/ai/src/a.ts', `import { sleep } from '@millrace/contracts/timers';`],
  ['libs/broker-embedded/src/a.ts', `import { setImmediate as turn } from 'node:timers/promises';`],
  ['services/gateway/src/a.spec.ts', `setTimeout(() => {}, 1);`],
];

let eslint: ESLint;
beforeAll(async () => {
  const { timers } = (await import(join(ROOT, 'tools/timers.js'))) as {
    timers: () => ESLint.Options['overrideConfig'];
  };
  const { boundaries } = (await import(join(ROOT, 'tools/boundaries.js'))) as {
    boundaries: ESLint.Options['overrideConfig'];
  };
  eslint = new ESLint({
    cwd: ROOT,
    overrideConfigFile: true,
    overrideConfig: [
      { files: ['**/*.ts'], languageOptions: { parser: tseslint.parser } },
      boundaries,
      timers(),
    ].flat() as ESLint.Options['overrideConfig'],
  });
});

const complaints = async ([file, code]: [string, string]): Promise<string[]> => {
  const [result] = await eslint.lintText(code, { filePath: join(ROOT, file) });
  return result!.messages.map(({ message }) => message);
};

describe('imports point one way', () => {
  test.each(refused)('%s may not say %s, and is told what to do instead', async (...one) => {
    const [message] = await complaints(one);
    expect(message).toMatch(/is restricted.*\. \S+ .*\.?$/);
  });

  test.each(allowed)('%s may say %s', async (...one) => {
    expect(await complaints(one)).toEqual([]);
  });
});

describe('what runs waits with timers of any length', () => {
  test.each(short)('%s may not say %s, and is told what to do instead', async (...one) => {
    const [message] = await complaints(one);
    expect(message).toMatch(/Fires at once beyond 24.8 days: use startTimer, .*timers\.$/);
  });

  test.each(longer)('%s may say %s', async (...one) => {
    expect(await complaints(one)).toEqual([]);
  });
});
