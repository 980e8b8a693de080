import { join } from 'node:path';
import { embeddedPlace } from './embedded-place.js';
import { largeSuite } from './large/suite.js';

const place = embeddedPlace('large');

describe('large values, on the embedded log with blobs in a folder beside it', () =>
  largeSuite(() => ({ ...place(), folder: join(place().dir, 'blobs') })));
