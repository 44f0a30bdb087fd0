// Deltas from a recogniser that changes its mind: words are passed on once they are stable, and then stay what they are.

/** Turns guesses of the words so far into deltas that, joined, are the transcript. */
export interface StableWords {
  /** The words that are stable by now and were not before, to be joined by appending; `undefined` when there are none. */
  guess(words: string): string | undefined;
  /** The transcript at the end, and the last delta; `undefined` when nothing is missing. Words that were passed on win. */
  settle(words: string): { readonly transcript: string; readonly delta: string | undefined };
}

/** A word is stable when so many guesses in a row have it, and so many words follow it. */
const AGREEING_GUESSES = 3;
const FOLLOWING_WORDS = 2;

const split = (words: string): string[] => words.split(/\s+/).filter((word) => word !== '');

export function stableWords(): StableWords {
  let passedOn: string[] = [];
  /** The latest guesses. */
  let guesses: string[][] = [];

  function passOn(words: string[]): string | undefined {
    if (words.length <= passedOn.length) return undefined;
    const delta = words.slice(passedOn.length).join(' ');
    const isFirst = passedOn.length === 0;
    passedOn = words;
    return isFirst ? delta : ` ${delta}`;
  }

  return {
    guess(text) {
      const words = split(text);
      guesses = [...guesses, words].slice(-AGREEING_GUESSES);
      if (guesses.length < AGREEING_GUESSES || !beginsWith(words, passedOn)) return undefined;
      const differs = words.findIndex((word, index) => guesses.some((guess) => guess[index] !== word));
      const agreed = differs < 0 ? words.length : differs;
      return passOn(words.slice(0, Math.max(0, Math.min(agreed, words.length - FOLLOWING_WORDS))));
    },
    settle(text) {
      const words = split(text);
      const rest = words.slice(beginsWith(words, passedOn) ? passedOn.length : likestPrefix(words, passedOn));
      const delta = passOn([...passedOn, ...rest]);
      return { transcript: passedOn.join(' '), delta };
    },
  };
}

const beginsWith = (words: readonly string[], begin: readonly string[]) =>
  begin.every((word, index) => words[index] === word);

/** Length of the prefix of `words` that is closest to `passedOn`, by how many words would have to be changed, added or left out. */
function likestPrefix(words: readonly string[], passedOn: readonly string[]): number {
  let row = words.map((_, index) => index + 1);
  row.unshift(0);
  for (const [at, word] of passedOn.entries()) {
    const next = [at + 1];
    for (const [index, other] of words.entries()) {
      const changed = (row[index] as number) + (word === other ? 0 : 1);
      next.push(Math.min(changed, (row[index + 1] as number) + 1, (next[index] as number) + 1));
    }
    row = next;
  }
  return row.lastIndexOf(Math.min(...row));
}
