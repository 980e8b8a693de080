// The project whose runs the console is measured with.
import { defineConfig } from '@millrace/project/config';
import { long, short, wide, working } from '../dist/console/large-pipelines.js';

export default defineConfig({ pipelines: [long, short, wide], stages: [working] });
