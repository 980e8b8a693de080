export { endWithLauncher as default } from './end.mjs';
