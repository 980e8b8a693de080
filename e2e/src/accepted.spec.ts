import { accepted } from './accepted/suite.js';
import { embeddedPlace } from './embedded-place.js';

const place = embeddedPlace('accepted');

describe('what was answered, on the embedded log', () => accepted(place));
