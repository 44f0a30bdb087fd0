// The offline thinker's answers, rule by rule: the first rule with an answer wins.

import { numbersIn, sumIn } from './spoken-numbers.ts';

/** The conversation as the rules see it. */
export interface Talk {
  /** Text of the latest user message; empty if it was not understood. */
  readonly text: string;
  /** Texts of all earlier user messages, oldest first. */
  readonly before: readonly string[];
  /** Text of the latest assistant message; empty if there is none. */
  readonly lastAnswer: string;
  readonly now: Date;
}

/** Returns an answer, or `undefined` for the next rule. */
type Rule = (talk: Talk) => string | undefined;

const WHO_I_AM = "I am Colloquy's offline demonstration. I answer by simple rules, without a language model.";
const WHAT_I_CAN =
  'I can tell the time and the date, do sums, count, repeat what you say, and remember what you tell me, such as your name. I can also use the tools I am offered.';

const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = 'January February March April May June July August September October November December'.split(' ');

const MAX_COUNT = 50;

/** The rules in order. Those for specific phrases come before those that look for a word anywhere. */
export const RULES: readonly Rule[] = [
  nothingHeard,
  repeatMe,
  repeatYourself,
  recall,
  remember,
  count,
  sum,
  time,
  date,
  (talk) =>
    /\b(?:who|what) are you\b|\blanguage model\b|\bare you (?:an? )?(?:ai|human|robot|real)\b/i.test(talk.text)
      ? WHO_I_AM
      : undefined,
  ({ text }) => (/\bhelp\b|\bwhat can you do\b/i.test(text) ? WHAT_I_CAN : undefined),
  greeting,
  ({ text }) => (/\bthank(?:s| you)\b/i.test(text) ? 'You are welcome.' : undefined),
  ({ text }) => (/\b(?:good ?bye|bye|see you)\b/i.test(text) ? 'Goodbye.' : undefined),
  ({ text }) =>
    `You said: ${withoutEnd(text)}. That is more than I can do. ${WHO_I_AM} Ask me for help to hear what I can do.`,
];

const withoutEnd = (text: string): string => text.replace(/(?<![.!?,;:\s])[.!?,;:\s]+$/, '').trim();

function nothingHeard({ text }: Talk): string | undefined {
  return text.trim() === '' ? 'I did not catch that. Please say it again.' : undefined;
}

/** `say …`, `repeat after me …`: repeats the text. */
function repeatMe({ text }: Talk): string | undefined {
  const [, words] =
    /^\W*(?:please |can you |could you )?(?:repeat after me|repeat|say(?: after me)?)\b[\s:,]+([^\s:,].*)$/is.exec(
      text,
    ) ?? [];
  if (words === undefined || /^(?:that|it|this)(?: again)?\W*$/i.test(words)) return undefined;
  return words.trim().replace(/^["'](.*)["']$/s, '$1');
}

function repeatYourself({ text, lastAnswer }: Talk): string | undefined {
  if (!/\b(?:repeat|say) (?:that|it|this)\b|\bwhat did you say\b|^\W*pardon\W*$/i.test(text)) return undefined;
  return lastAnswer === '' ? 'I have not said anything yet.' : lastAnswer;
}

// ---- Memory: the conversation only ----

interface Fact {
  /** The subject in the user's words: `name`, `favorite color`. */
  readonly about: string;
  readonly value: string;
}

const FACTS: readonly [pattern: RegExp, about: (match: RegExpExecArray) => Fact][] = [
  [
    /\b(?:my name is|my name's|call me)\s+([\p{L}][\p{L}' -]{0,40})/iu,
    ([, value]) => ({ about: 'name', value: value! }),
  ],
  [/\bi live in\s+([\p{L}][\p{L}' -]{0,40})/iu, ([, value]) => ({ about: 'home', value: value! })],
  [
    /\bmy\s+([a-z][a-z ]{0,30}?)\s+(?:is|are)\s+([^.!?]{1,60})/i,
    ([, about, value]) => ({ about: about!.toLowerCase(), value: value! }),
  ],
];

const isQuestion = (text: string): boolean => /\?\s*$|^\W*(?:what|who|where|when|do|does|can|is|are|how)\b/i.test(text);

function factIn(text: string): Fact | undefined {
  if (isQuestion(text)) return undefined;
  for (const [pattern, about] of FACTS) {
    const match = pattern.exec(text);
    if (!match) continue;
    const fact = about(match);
    // Cuts the next sentence, which a transcript joins without a full stop.
    return { ...fact, value: withoutEnd(fact.value.replace(/(?<!\s)\s+(?:and|but|what|who|how|so)\s[\s\S]*$/i, '')) };
  }
  return undefined;
}

function remember({ text }: Talk): string | undefined {
  const fact = factIn(text);
  if (!fact) return undefined;
  if (fact.about === 'name') return `Nice to meet you, ${fact.value}.`;
  return 'I will remember that.';
}

function recall({ text, before }: Talk): string | undefined {
  const about = topicOf(text);
  if (about === undefined) return undefined;
  const fact = before.map(factIn).findLast((each) => each?.about === about);
  if (about === 'home') return fact ? `You live in ${fact.value}.` : 'You have not told me where you live.';
  const verb = about.endsWith('s') && !about.endsWith('ss') ? 'are' : 'is';
  return fact ? `Your ${about} ${verb} ${fact.value}.` : `You have not told me your ${about}.`;
}

function topicOf(text: string): string | undefined {
  if (/\bwho am i\b/i.test(text)) return 'name';
  if (/\bwhere do i live\b/i.test(text)) return 'home';
  return /\b(?:what(?:'s| is| are| was)|remember|know|tell me|say)\s+my\s+([a-z][a-z ]{0,30})/i
    .exec(text)?.[1]
    ?.trim()
    .toLowerCase();
}

// ---- Numbers ----

function sum({ text }: Talk): string | undefined {
  return sumIn(text);
}

function count({ text }: Talk): string | undefined {
  if (!/\bcount\b/i.test(text)) return undefined;
  const numbers = numbersIn(text).map(Math.round);
  const isDown = /\bdown\b|\bbackwards?\b/i.test(text);
  const [first, second] = numbers;
  if (first === undefined) return 'Tell me how far to count, please.';
  const [from, to] = second === undefined ? (isDown ? [first, 1] : [1, first]) : [first, second];
  if (Math.abs(to - from) >= MAX_COUNT)
    return `That is too long to listen to. I count no further than ${MAX_COUNT} steps.`;
  const step = to < from ? -1 : 1;
  const all = Array.from({ length: Math.abs(to - from) + 1 }, (_, index) => from + index * step);
  return `${all.join(', ')}.`;
}

// ---- Clock ----

function time({ text, now }: Talk): string | undefined {
  if (!/\btime\b.*\bis it\b|\bwhat(?:'s| is)? (?:the )?time\b|\btell me the time\b|\bthe time\b/i.test(text))
    return undefined;
  const hour = now.getHours();
  const minutes = String(now.getMinutes()).padStart(2, '0');
  return `It is ${hour % 12 || 12}:${minutes} ${hour < 12 ? 'AM' : 'PM'}.`;
}

function date({ text, now }: Talk): string | undefined {
  if (!/\b(?:date|what day|which day|day is it|what year|which year|month is it)\b/i.test(text)) return undefined;
  return `Today is ${WEEKDAYS[now.getDay()]}, ${MONTHS[now.getMonth()]} ${now.getDate()}, ${now.getFullYear()}.`;
}

// ---- Manners ----

function greeting({ text, before }: Talk): string | undefined {
  if (/\bhow are you\b|\bhow(?:'s| is) it going\b/i.test(text))
    return 'I am doing well, thank you. How can I help you?';
  if (!/^\W*(?:hello|hi|hey|good (?:morning|afternoon|evening)|greetings)\b/i.test(text)) return undefined;
  const name = before.map(factIn).findLast((each) => each?.about === 'name')?.value;
  return name ? `Hello, ${name}. How can I help you?` : 'Hello. How can I help you?';
}
