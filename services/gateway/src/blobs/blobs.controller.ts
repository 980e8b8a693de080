import type { IncomingMessage, ServerResponse } from 'node:http';
import { Controller, Get, Inject, Param, Req, Res } from '@nestjs/common';
import { blobNameText, isBlobReference } from '@millrace/contracts';
import type { Runtime } from '@millrace/runtime';
import { RequestProblem } from '../http/problems.js';
import { RUNTIME } from '../http/tokens.js';

/** Gives the bytes of blobs, which runs show as references. */
@Controller('v1/blobs')
export class BlobsController {
  constructor(@Inject(RUNTIME) private readonly runtime: Pick<Runtime, 'blobs'>) {}

  @Get(':run/:sha256')
  async get(
    @Param() { run, sha256 }: { readonly run: string; readonly sha256: string },
    @Req() request: IncomingMessage,
    @Res() response: ServerResponse,
  ): Promise<void> {
    const name = { run, sha256 };
    const isName = isBlobReference({ $blob: { ...name, bytes: 0, as: 'json' } });
    const bytes = isName ? await this.runtime.blobs?.read(name) : undefined;
    if (!bytes) throw new RequestProblem('UNKNOWN_BLOB', `There is no blob ${blobNameText(name).slice(0, 200)}.`);
    response.writeHead(200, {
      'content-type': 'application/octet-stream',
      'content-length': bytes.length,
      'content-disposition': `attachment; filename="${sha256.slice(0, 16)}"`,
      'cache-control': 'private, no-store',
    });
    response.end(request.method === 'HEAD' ? undefined : bytes);
  }
}
