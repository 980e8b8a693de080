export { startKafka } from './kafka.mjs';
export { startPostgres } from './postgres.mjs';
export { buildJaeger, startJaeger } from './jaeger.mjs';
