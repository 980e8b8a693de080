export { runKafkaTool, startKafka } from './kafka.mjs';
export { startPostgres } from './postgres.mjs';
export { choosePort, startServer } from './server.mjs';
export { find } from './tools.mjs';
export { buildJaeger, startJaeger } from './jaeger.mjs';
export { buildS3, S3_LOGIN, startS3 } from './s3.mjs';
