// The verdict of a comparison in one line, and the words for the differences of a turn.

import type { ComparedTurn, TurnDifference } from './compare-turns.ts';

/** `1 turn`, `2 turns` */
const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;

/** Counts, in one line, how the right log differs from the left one, or says that it does not. */
export function verdictOf(pairs: readonly ComparedTurn[]): string {
  if (pairs.length === 0) return 'No turns to compare.';
  const all = pairs.flatMap(({ differences }) => differences);
  const ofKind = (kind: TurnDifference['kind']) => all.filter((each) => each.kind === kind);
  const worst = (kind: 'slower' | 'faster') => Math.max(...all.map((each) => (each.kind === kind ? each.ms : 0)), 0);
  const tools = (side: 'left' | 'right') =>
    all.reduce((sum, each) => sum + (each.kind === 'tools' ? each[side].length : 0), 0);
  const onlyOn = (side: 'left' | 'right') =>
    pairs.filter((pair) => pair[side === 'left' ? 'right' : 'left'] === undefined);
  const [slower, faster] = [ofKind('slower').length, ofKind('faster').length];
  const parts = [
    slower > 0 && `${counted(slower, 'turn')} slower (by up to ${seconds(worst('slower'))})`,
    faster > 0 && `${counted(faster, 'turn')} faster (by up to ${seconds(worst('faster'))})`,
    tools('right') > 0 && `${counted(tools('right'), 'tool call')} more`,
    tools('left') > 0 && `${counted(tools('left'), 'tool call')} fewer`,
    ofKind('answer_words').length > 0 && `${counted(ofKind('answer_words').length, 'answer')} in other words`,
    ofKind('user_words').length > 0 && `${counted(ofKind('user_words').length, 'question')} in other words`,
    ofKind('status').length > 0 && `${counted(ofKind('status').length, 'response')} ended otherwise`,
    onlyOn('right').length > 0 && `${counted(onlyOn('right').length, 'turn')} extra`,
    onlyOn('left').length > 0 && `${counted(onlyOn('left').length, 'turn')} missing`,
  ].filter((part) => part !== false);
  return parts.length > 0 ? `Right: ${parts.join(', ')}.` : `The same in ${counted(pairs.length, 'turn')}.`;
}

/** A difference in a few words. */
export function differenceLabel(difference: TurnDifference): string {
  switch (difference.kind) {
    case 'user_words':
      return 'other question';
    case 'answer_words':
      return 'other words';
    case 'slower':
      return `+${seconds(difference.ms)} slower`;
    case 'faster':
      return `−${seconds(difference.ms)} faster`;
    case 'tools':
      return [...difference.left.map((name) => `− ${name}`), ...difference.right.map((name) => `+ ${name}`)].join(', ');
    default:
      return `${difference.left} → ${difference.right}`;
  }
}
