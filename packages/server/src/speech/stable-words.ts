// Turns the changing guesses of a transcriber into final deltas: a word is sent when it is stable, and never changes.

/** Turns guesses of the text so far into deltas that, joined, are the transcript. */
export interface StableWords {
  /** Returns the newly stable words as a delta to append; `undefined` if there are none. */
  addGuess(text: string): string | undefined;
  /** Returns the transcript and the last delta; `undefined` if nothing is missing. Words already sent are kept. */
  finish(text: string): { readonly transcript: string; readonly delta: string | undefined };
}

/** A word is stable when this many consecutive guesses contain it and this many words follow it. */
const AGREEING_GUESSES = 3;
const FOLLOWING_WORDS = 2;

const split = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '');

export function stableWords(): StableWords {
  let emitted: string[] = [];
  /** The latest guesses. */
  let guesses: string[][] = [];

  function emit(words: string[]): string | undefined {
    if (words.length <= emitted.length) return undefined;
    const delta = words.slice(emitted.length).join(' ');
    const isFirst = emitted.length === 0;
    emitted = words;
    return isFirst ? delta : ` ${delta}`;
  }

  return {
    addGuess(text) {
      const words = split(text);
      guesses = [...guesses, words].slice(-AGREEING_GUESSES);
      if (guesses.length < AGREEING_GUESSES || !beginsWith(words, emitted)) return undefined;
      const differs = words.findIndex((word, index) => guesses.some((guess) => guess[index] !== word));
      const agreed = differs < 0 ? words.length : differs;
      return emit(words.slice(0, Math.max(0, Math.min(agreed, words.length - FOLLOWING_WORDS))));
    },
    finish(text) {
      const words = split(text);
      const rest = words.slice(beginsWith(words, emitted) ? emitted.length : closestPrefix(words, emitted));
      const delta = emit([...emitted, ...rest]);
      return { transcript: emitted.join(' '), delta };
    },
  };
}

const beginsWith = (words: readonly string[], begin: readonly string[]) =>
  begin.every((word, index) => words[index] === word);

/** Length of the prefix of `words` closest to `emitted`, by word edit distance. */
function closestPrefix(words: readonly string[], emitted: readonly string[]): number {
  let row = words.map((_, index) => index + 1);
  row.unshift(0);
  for (const [at, word] of emitted.entries()) {
    const next = [at + 1];
    for (const [index, other] of words.entries()) {
      const changed = (row[index] as number) + (word === other ? 0 : 1);
      next.push(Math.min(changed, (row[index + 1] as number) + 1, (next[index] as number) + 1));
    }
    row = next;
  }
  return row.lastIndexOf(Math.min(...row));
}
