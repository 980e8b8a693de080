import 'reflect-metadata';
import { Controller, UseFilters } from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';
import type { In, Out, StageContract } from '@millrace/pipeline';
import { runHere } from '../work/scope.js';
import type { StageRun } from '../work/stage-run.js';
import { KeepUnclaimed } from './unclaimed.js';

/** The handler that a class needs to be the stage of a contract. */
export interface Handles<Contract extends StageContract> {
  handle(input: In<Contract>, run: StageRun): Promise<Out<Contract>> | Out<Contract>;
}

export type StageClass<Contract extends StageContract = StageContract> = new (...args: never[]) => Handles<Contract>;

/** A class with `@Stage`, whichever its contract. */
export type AnyStage = new (...args: never[]) => { handle(...args: never[]): unknown };

type Method = (this: unknown, ...args: unknown[]) => unknown;

const CONTRACT = Symbol('millrace.contract');
/** The transport that stages are for: other transports of an application are not given them. */
export const STAGE_TRANSPORT = Symbol('millrace');

/**
 * Makes a class the stage that does a contract's work: a Nest controller whose `handle` takes the commands for it. Guards,
 * pipes, interceptors and exception filters go on the class, on `handle` or are global, as everywhere in Nest. Pipes see the input.
 */
export function Stage<Contract extends StageContract>(contract: Contract) {
  return (target: StageClass<Contract>): void => {
    const prototype = target.prototype as { handle: Method };
    const own = prototype.handle;
    // Nest passes on the parameters that pipes have seen, which is the input alone; the run is added here.
    const handle: Method = function (...args) {
      if (args.length < 2) args[1] = runHere();
      return own.apply(this, args);
    };
    for (const key of Reflect.getMetadataKeys(own) as unknown[]) {
      Reflect.defineMetadata(key, Reflect.getMetadata(key, own), handle);
    }
    const descriptor = { value: handle, configurable: true, writable: true };
    Object.defineProperty(prototype, 'handle', descriptor);
    // A function: tools that print the application's graph as JSON leave it out.
    MessagePattern(contract.name, STAGE_TRANSPORT, { contract: () => contract })(prototype, 'handle', descriptor);
    Controller()(target);
    UseFilters(KeepUnclaimed)(target);
    Reflect.defineMetadata(CONTRACT, contract, target);
  };
}

/** The contract that a class was made the stage of. */
export function contractOf(stage: AnyStage): StageContract {
  const contract = Reflect.getMetadata(CONTRACT, stage) as StageContract | undefined;
  if (contract) return contract;
  throw new Error(`${stage.name} is not a stage: put @Stage(contract) on the class.`);
}
