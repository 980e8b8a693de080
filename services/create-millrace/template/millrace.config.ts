import { defineConfig } from 'millrace';
import { hello } from './src/hello.js';
import { greeting } from './src/greet.stage.js';
import { Signatures, SignStage } from './src/sign.stage.js';

export default defineConfig({
  pipelines: [hello],
  stages: [greeting, { stage: SignStage, providers: [Signatures] }],
  samples: { hello: 'samples/hello.json' },
});
