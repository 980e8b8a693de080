// `npm run large-mail -- [--megabytes 50] [--most-mb 300]`: a mail with a large attachment through every service, and the memory of each.
import { parseArgs } from 'node:util';
import { onServers } from './on-servers.mjs';
import { largeMail } from './dist/large-mail.js';

const { values } = parseArgs({
  options: { megabytes: { type: 'string', default: '50' }, 'most-mb': { type: 'string', default: '300' } },
});
await onServers(() => largeMail({ megabytes: Number(values.megabytes), mostMb: Number(values['most-mb']) }));
