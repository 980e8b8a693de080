export { type GatewaySettings, gatewaySettings } from './config.js';
export { type Gateway, type GatewayOptions, startGateway } from './gateway.js';
export { openApi } from './http/openapi.js';
