import fc from 'fast-check';
import { planOf, type Script, script, told } from './script.js';
import { violations } from './violations.js';
import { type Rules, RULES, World } from './world.js';

/** Runs each course of a script to its end, through a redrive of all that was parked. Throws what went wrong, as a story. */
export function play({ sketches, courses }: Script, rules: Rules = RULES): void {
  const plan = planOf(sketches);
  for (const course of courses) {
    const world = new World(plan, course, rules);
    const check = () => {
      const wrong = world.settle() ? violations(world, sketches) : ['it does not come to an end'];
      if (wrong.length === 0) return;
      const parts = [
        ['What is wrong:', ...wrong],
        ['The plan:', ...told(plan, course)],
        ['What happened:', ...world.story.slice(0, 60)],
      ];
      throw new Error(parts.map((lines) => lines.join('\n  ')).join('\n'));
    };
    check();
    world.redriveAll();
    check();
  }
}

/** That nothing goes wrong, whatever the plan and the course of events. */
export const nothingGoesWrong = (rules: Rules = RULES, played: (one: Script) => void = () => undefined) =>
  fc.property(script, (one) => {
    played(one);
    play(one, rules);
  });
