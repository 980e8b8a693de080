export { AppModule } from './app.module.js';
export { quotes } from './quotes.js';
