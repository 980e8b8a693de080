import type { IncomingMessage, ServerResponse } from 'node:http';
import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import { RequestProblem } from '../http/problems.js';
import { consoleAddressOf, relativeTo } from './console-addresses.js';
import { ConsoleFiles } from './console-files.js';

const PREFIX = '/console/';

/** Serves the console: an application in the browser that uses nothing but the public API. */
@Controller()
export class ConsoleController {
  constructor(@Inject(ConsoleFiles) private readonly files: ConsoleFiles) {}

  /** Leads to the console: from the address of the gateway, and from the short address of a run. */
  @Get(['', 'runs/:id'])
  lead(@Req() request: IncomingMessage, @Res() response: ServerResponse): void {
    response.writeHead(302, { location: consoleAddressOf(request.url ?? '/') }).end();
  }

  @Get(['console', 'console/*path'])
  async show(@Req() request: IncomingMessage, @Res() response: ServerResponse): Promise<void> {
    const [path = '', query] = (request.url ?? '').split('?');
    if (path === '/console') {
      response.writeHead(302, { location: relativeTo(path, `console/${query ? `?${query}` : ''}`) }).end();
      return;
    }
    const within = decodeURIComponent(path.slice(PREFIX.length));
    const file = await this.files.at(within);
    if (!file)
      throw new RequestProblem('UNKNOWN_ROUTE', 'The console has no such file, or was not built: npm run build.');
    const isZipped = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''));
    const body = isZipped ? file.zipped : file.bytes;
    response.writeHead(200, {
      'content-type': file.type,
      'content-length': body.length,
      vary: 'accept-encoding',
      ...(isZipped && { 'content-encoding': 'gzip' }),
      ...(file.isImmutable && { 'cache-control': 'public, max-age=31536000, immutable' }),
    });
    response.end(request.method === 'HEAD' ? undefined : body);
  }
}
