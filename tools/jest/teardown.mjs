import { endSoon } from './end.mjs';

export default (_, project) => endSoon(project);
