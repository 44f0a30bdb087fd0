// One recording on one line, as `colloquy watch` reports it. The table of many: `list-text.ts`.

import type { RecordingSummary } from '@colloquy/session';
import { printableLine } from './printable.ts';

/** Safe to print. */
export function summaryLine({ name, summary }: RecordingSummary): string {
  if (!summary) return name;
  const { first_words: firstMessage, turns, first_audio_p50_ms: p50, first_audio_max_ms: worst } = summary;
  const { interruptions, errors, tools, duration_ms } = summary;
  const facts = [
    ...(firstMessage === null ? [] : [JSON.stringify(firstMessage)]),
    ...(duration_ms === null ? [] : [`${(duration_ms / 1000).toFixed(1)} s`]),
    counted(turns, 'turn'),
    ...(p50 === null ? [] : [`first audio p50 ${p50} ms, worst ${worst} ms`]),
    ...(interruptions === 0 ? [] : [counted(interruptions, 'interruption')]),
    counted(errors, 'error'),
    ...(tools.length === 0 ? [] : [`tools ${tools.join(' ')}`]),
  ];
  return printableLine(`${name}  ${facts.join(' · ')}`);
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
