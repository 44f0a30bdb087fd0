// Text that comes in pieces, cut where a speaker would breathe, so that the beginning can be heard before the end is known.

/** Cuts a text; joined, the clauses are the text, to the last space. */
export interface ClauseCutter {
  /** The clauses that are complete with this. */
  push(delta: string): string[];
  /** What is left; empty when nothing is. */
  flush(): string;
}

/** Longest clause, in characters. */
const LONGEST = 280;
/** A first clause may be short, since somebody waits for it; later ones sound better in one go. */
const SHORTEST = { first: 8, later: 40 };
/** Ends of sentences are taken at any length. */
const SENTENCE_END = /[.!?…]["')\]]*\s|\n/g;
const CLAUSE_END = /[,;:–—]["')\]]*\s/g;
/** A point that ends no sentence. */
const ABBREVIATION = /\b(?:mr|mrs|ms|dr|st|vs|etc|e\.g|i\.e|no|approx)\.\s$/i;

export function clauseCutter(): ClauseCutter {
  let rest = '';
  let isFirst = true;

  /** Index behind the first clause of `rest`, or 0 while there is none. */
  function clauseEnd(): number {
    const sentence = firstEnd(SENTENCE_END, 1);
    const clause = firstEnd(CLAUSE_END, isFirst ? SHORTEST.first : SHORTEST.later);
    const end = sentence > 0 && (clause === 0 || sentence < clause) ? sentence : clause;
    if (end > 0 && end <= LONGEST) return end;
    if (rest.length <= LONGEST) return 0;
    const space = rest.lastIndexOf(' ', LONGEST - 1);
    return space > 0 ? space + 1 : LONGEST;
  }

  function firstEnd(pattern: RegExp, least: number): number {
    // Enough to find the first; text that has gone on for longer is cut between words.
    const head = rest.slice(0, LONGEST + 4);
    for (const found of head.matchAll(pattern)) {
      const end = found.index + found[0].length;
      if (end >= least && /\S/.test(head.slice(0, end)) && !ABBREVIATION.test(head.slice(0, end))) return end;
    }
    return 0;
  }

  return {
    push(delta) {
      rest += delta;
      const clauses: string[] = [];
      for (let end = clauseEnd(); end > 0; end = clauseEnd()) {
        clauses.push(rest.slice(0, end));
        rest = rest.slice(end);
        isFirst = false;
      }
      return clauses;
    },
    flush() {
      const last = rest;
      rest = '';
      isFirst = true;
      return last;
    },
  };
}
