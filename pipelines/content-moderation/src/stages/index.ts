import { join } from 'node:path';
import { type Env, readSettings } from '@millrace/runtime';
import type { StageGiven } from '@millrace/stage';
import { z } from 'zod';
import { Board, FileBoard } from './board.js';
import { Judge, RuleJudge } from './judge.js';
import { ErasePostStage, JudgePostStage, ScreenPostStage, ShowPostStage, TellAuthorStage } from './post.stages.js';

const Settings = z.object({
  /** The folder in which posts are shown; defaults to `board` in MILLRACE_DATA. */
  BOARD_DIR: z.string().optional(),
  MILLRACE_DATA: z.string().default('./.millrace'),
});

/** The stages of this pipeline. @throws {ConfigError} */
export function stages(env: Env): readonly StageGiven[] {
  const { BOARD_DIR, MILLRACE_DATA } = readSettings(Settings, env, 'content-moderation');
  const providers = [{ provide: Board, useValue: new FileBoard(BOARD_DIR ?? join(MILLRACE_DATA, 'board')) }];
  return [
    ScreenPostStage,
    { stage: JudgePostStage, providers: [{ provide: Judge, useClass: RuleJudge }] },
    { stage: ShowPostStage, providers },
    { stage: ErasePostStage, providers },
    { stage: TellAuthorStage, providers },
  ];
}
