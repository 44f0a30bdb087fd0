// Deltas from a recogniser that changes its mind: words are passed on once two guesses in a row agree on them.

/** The words that can be told by now, to be joined by appending; `undefined` when there are none to add. */
export interface StableWords {
  guess(words: string): string | undefined;
  /** The rest, now that the words are known; `undefined` when nothing is missing, or when what was told turned out wrong. */
  settle(words: string): string | undefined;
}

const split = (words: string): string[] => words.split(' ').filter((word) => word !== '');

export function stableWords(): StableWords {
  let told: string[] = [];
  let before: string[] = [];

  function tell(words: string[]): string | undefined {
    if (words.length <= told.length || told.some((word, index) => words[index] !== word)) return undefined;
    const delta = words.slice(told.length).join(' ');
    const isFirst = told.length === 0;
    told = words;
    return isFirst ? delta : ` ${delta}`;
  }

  return {
    guess(text) {
      const words = split(text);
      const differs = words.findIndex((word, index) => before[index] !== word);
      const agreed = differs < 0 ? words.length : differs;
      before = words;
      // The last word is the one still being spoken.
      return tell(words.slice(0, Math.min(agreed, words.length - 1)));
    },
    settle: (text) => tell(split(text)),
  };
}
