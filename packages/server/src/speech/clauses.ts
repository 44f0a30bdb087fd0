// Cuts streamed text into clauses, so that speaking can start before the text is complete.

/** Cuts a text. The clauses, joined, are exactly the text. */
export interface ClauseCutter {
  /** Adds text and returns the clauses that are now complete. */
  push(delta: string): string[];
  /** Returns the rest, possibly empty. */
  flush(): string;
}

/** Characters of a clause. */
const MAX_CLAUSE_CHARS = 280;
/** The first clause may be short, because the user is waiting; later ones sound better when they are longer. */
const MIN_CLAUSE_CHARS = { first: 8, later: 40 };
/** The end of a sentence ends a clause of any length. */
const SENTENCE_END = /[.!?…]["')\]]*\s|\n/g;
const CLAUSE_END = /[,;:–—]["')\]]*\s/g;
/** A full stop that does not end a sentence. */
const ABBREVIATION = /\b(?:mr|mrs|ms|dr|st|vs|etc|e\.g|i\.e|no|approx)\.\s$/i;

export function clauseCutter(): ClauseCutter {
  let rest = '';
  let isFirst = true;

  /** Index after the first clause of `rest`, or 0 if none is complete. */
  function clauseEnd(): number {
    const sentence = firstEnd(SENTENCE_END, 1);
    const clause = firstEnd(CLAUSE_END, isFirst ? MIN_CLAUSE_CHARS.first : MIN_CLAUSE_CHARS.later);
    const end = sentence > 0 && (clause === 0 || sentence < clause) ? sentence : clause;
    if (end > 0 && end <= MAX_CLAUSE_CHARS) return end;
    if (rest.length <= MAX_CLAUSE_CHARS) return 0;
    const space = rest.lastIndexOf(' ', MAX_CLAUSE_CHARS - 1);
    return space > 0 ? space + 1 : MAX_CLAUSE_CHARS;
  }

  function firstEnd(pattern: RegExp, minLength: number): number {
    // Bounds the search; longer text is cut between words.
    const head = rest.slice(0, MAX_CLAUSE_CHARS + 4);
    for (const match of head.matchAll(pattern)) {
      const end = match.index + match[0].length;
      if (end >= minLength && /\S/.test(head.slice(0, end)) && !ABBREVIATION.test(head.slice(0, end))) return end;
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
