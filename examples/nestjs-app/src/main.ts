import { MillraceStage } from '@millrace/stage';
import { Get, Controller, Module, ServiceUnavailableException } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';

const stages = new MillraceStage({ name: 'shop' });

@Controller()
class Health {
  /** The application is ready when its stages are. */
  @Get('readyz')
  async ready(): Promise<{ ready: true }> {
    const ready = await stages.ready();
    if (ready !== true) throw new ServiceUnavailableException(ready);
    return { ready };
  }
}

@Module({ imports: [AppModule], controllers: [Health] })
class Main {}

const app = await NestFactory.create(Main, { logger: ['warn', 'error'] });
app.connectMicroservice({ strategy: stages }, { inheritAppConfig: true });
app.enableShutdownHooks();
await app.startAllMicroservices();
await app.listen(process.env['PORT'] ?? 3000, '127.0.0.1');
