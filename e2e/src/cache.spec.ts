import { cacheSuite } from './cache/suite.js';
import { embeddedPlace } from './embedded-place.js';

const place = embeddedPlace('cache');

describe('outputs that are reused, on the embedded log', () => cacheSuite(place));
