import { capped } from '../llm/answer.js';

/** The reason for which a text looks as if it wants to steer a model rather than tell a person something. */
export type InjectionSignal =
  | 'overrides-instructions'
  | 'changes-role'
  | 'asks-for-prompt'
  | 'speaks-to-model'
  | 'dictates-answer'
  | 'gives-task'
  | 'forges-markup'
  | 'hides-text';

const RULES: readonly (readonly [InjectionSignal, RegExp])[] = [
  [
    'overrides-instructions',
    /\b(?:ignore|disregard|forget|override|bypass|skip)\b[^.!?\n]{0,40}\b(?:instructions?|prompts?|rules|guidelines|polic(?:y|ies)|context|constraints)\b/i,
  ],
  ['overrides-instructions', /\b(?:new|updated|real|following) (?:system )?instructions?\s?(?::|follow|are)/i],
  [
    'changes-role',
    /\b(?:you are now|from now on,? you|act as (?:an?|the|if)|pretend (?:to be|that you)|role-?play as|developer mode|jailbreak)\b/i,
  ],
  [
    'asks-for-prompt',
    /\b(?:reveal|print|show|repeat|output|tell me)\b[^.!?\n]{0,30}\b(?:system prompt|your (?:prompt|instructions|rules|configuration)|api key)/i,
  ],
  [
    'speaks-to-model',
    /\b(?:language model|ai (?:model|assistant|agent|system|language)|as an ai|chat ?gpt|llm|dear (?:ai|assistant|bot|model)|(?:assistant|ai|bot|model)\s?[,:]\s(?:please|you|approve|send|reply|classify))/i,
  ],
  [
    'dictates-answer',
    /\b(?:your|the) (?:reply|response|answer|output|draft) (?:must|should|has to|shall|needs to) (?:be|contain|include|start|end|say|only|state)\b|\b(?:respond|reply|answer) (?:only )?with (?:only|exactly|the (?:word|text|phrase))\b/i,
  ],
  [
    'dictates-answer',
    /\b(?:classify|mark|label|treat|approve) this (?:e-?mail|message|mail|request|ticket) as\b|\bset (?:the )?confidence\b|\bskip (?:the )?(?:review|approval|compliance)/i,
  ],
  [
    'dictates-answer',
    /\b(?:add|include|integrate|modify|augment|enhance|insert|append|misspell|scramble|introduce|provide)\b[^!?\n]{0,140}\byour (?:response|reply|answer|output|message)\b|\bin your (?:response|reply|answer|output),/i,
  ],
  [
    'gives-task',
    /\b(?:write|compose|generate|create|draft) (?:an?|me|some) (?:\w{1,20} ){0,3}(?:poem|story|essay|script|speech|song|slogan|article|function|recipe|introduction)\b/i,
  ],
  [
    'gives-task',
    /\btranslate (?:the following|this|it|that)\b|\bsolve (?:the|this) (?:equation|puzzle|riddle)|\bsummari[sz]e the following\b/i,
  ],
  [
    'forges-markup',
    /<\/?(?:system|assistant|instructions?|prompt|email|user)\s?>|\[\/?(?:INST|SYSTEM)\]|<\|[a-z_]{2,20}\|>|^\s{0,4}#{2,4} ?(?:system|instruction)s?\b/im,
  ],
  ['hides-text', /[\u{E0000}-\u{E007F}]{3,}|(?:[\u200b-\u200f\u2060-\u2064]\s?){6,}/u],
];

/**
 * Signs of a prompt injection, each named once; none is a proof. Texts of customers are data, never instructions: this only
 * decides whether a person should look first.
 */
export function injectionSignals(text: string): InjectionSignal[] {
  const looked = capped(text);
  return [...new Set(RULES.filter(([, pattern]) => pattern.test(looked)).map(([signal]) => signal))];
}

/**
 * A text as data inside a prompt, between `<name>` and `</name>`. Marks of that name within the text lose their brackets,
 * so nothing in it can end the block.
 */
export function asData(name: string, text: string): string {
  const marks = new RegExp(`<(\\s{0,8}/?\\s{0,8}${name}[^>]{0,80})>?`, 'gi');
  return `<${name}>\n${capped(text).replace(marks, '($1)')}\n</${name}>`;
}
