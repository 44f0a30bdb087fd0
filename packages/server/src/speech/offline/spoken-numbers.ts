// Parses spoken numbers and sums: `twenty one`, `two plus three times four`.

const UNITS =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
    ' ',
  );
const TENS = ['twenty', 'thirty', 'forty', 'fifty', 'sixty', 'seventy', 'eighty', 'ninety'];
const SCALES: Readonly<Record<string, number>> = { hundred: 100, thousand: 1000, million: 1_000_000 };

type Operator = '+' | '-' | '*' | '/';
const OPERATORS: ReadonlyMap<string, Operator> = new Map([
  ['plus', '+'],
  ['and', '+'],
  ['+', '+'],
  ['minus', '-'],
  ['less', '-'],
  ['-', '-'],
  ['times', '*'],
  ['multiplied', '*'],
  ['x', '*'],
  ['*', '*'],
  ['divided', '/'],
  ['over', '/'],
  ['/', '/'],
]);
const OPERATOR_WORDS: Record<Operator, string> = { '+': 'plus', '-': 'minus', '*': 'times', '/': 'divided by' };

/** Tokens of a text for parsing: lower case, hyphens split, operators separate. */
function tokens(text: string): string[] {
  return text
    .toLowerCase()
    .replace(/(\d),(?=\d{3}\b)/g, '$1')
    .replace(/[+*/=]|(?<=\d)\s*[-x]\s*(?=\d)/g, (sign) => ` ${sign.trim()} `)
    .replace(/([a-z])-(?=[a-z])/g, '$1 ')
    .split(/[^a-z0-9.+*/-]+/)
    .map((token) => token.replace(/(?<!\.)\.+$/, ''))
    .filter((token) => token !== '');
}

/** The number that starts at `at`, and the index after it; `undefined` if none starts there. */
function numberAt(words: readonly string[], at: number): { value: number; end: number } | undefined {
  const first = words[at] ?? '';
  if (/^-?\d+(\.\d+)?$/.test(first)) return { value: Number(first), end: at + 1 };
  let total = 0;
  let group = 0;
  /** Value of the last word: after `twenty` only a smaller one may follow, or a scale. */
  let last = Number.POSITIVE_INFINITY;
  let end = at;
  for (; end < words.length; end += 1) {
    const word = words[end] as string;
    const unit = UNITS.indexOf(word);
    const ten = TENS.indexOf(word);
    const scale = Object.hasOwn(SCALES, word) ? (SCALES[word] as number) : undefined;
    if (unit >= 0 && (last === Number.POSITIVE_INFINITY || (last >= 20 && unit < 10 && unit > 0) || last >= 100)) {
      group += unit;
      last = unit;
    } else if (ten >= 0 && last >= 100) {
      group += (ten + 2) * 10;
      last = (ten + 2) * 10;
    } else if (scale === 100 && end > at && group < 100) {
      group = (group || 1) * 100;
      last = 100;
    } else if (scale && scale > 100 && end > at) {
      total += (group || 1) * scale;
      group = 0;
      last = scale;
    } else if (!(word === 'and' && last === 100 && numberAt(words, end + 1))) break;
  }
  return end > at ? { value: total + group, end } : undefined;
}

/** The numbers of a text, in order. */
export function numbersIn(text: string): number[] {
  const words = tokens(text);
  const numbers: number[] = [];
  for (let at = 0; at < words.length; ) {
    const match = numberAt(words, at);
    if (match) numbers.push(match.value);
    at = match?.end ?? at + 1;
  }
  return numbers;
}

/** The sum in a text with its result, `2 plus 2 is 4`; `undefined` if there is none. */
export function sumIn(text: string): string | undefined {
  const words = tokens(text);
  for (let at = 0; at < words.length; at += 1) {
    const terms: number[] = [];
    const operators: Operator[] = [];
    let next = numberAt(words, at);
    let end = at;
    while (next) {
      terms.push(next.value);
      end = next.end;
      const operator = OPERATORS.get(words[end] ?? '');
      const behind = end + (words[end + 1] === 'by' ? 2 : 1);
      next = operator && numberAt(words, behind);
      if (operator && next) operators.push(operator);
    }
    if (operators.length > 0) return sentence(terms, operators);
  }
  return undefined;
}

function sentence(terms: number[], operators: Operator[]): string {
  const spokenTerms = terms.map((term, index) =>
    index === 0 ? speakNumber(term) : `${OPERATOR_WORDS[operators[index - 1]!]} ${speakNumber(term)}`,
  );
  const result = evaluate(terms, operators);
  if (!Number.isFinite(result)) return 'Nothing can be divided by 0.';
  return `${spokenTerms.join(' ')} is ${speakNumber(result)}.`;
}

/** Multiplies and divides before adding. */
function evaluate(terms: number[], operators: Operator[]): number {
  const sums = [terms[0] as number];
  for (const [index, operator] of operators.entries()) {
    const term = terms[index + 1] as number;
    const last = sums.length - 1;
    if (operator === '*') sums[last] = (sums[last] as number) * term;
    else if (operator === '/') sums[last] = term === 0 ? Number.NaN : (sums[last] as number) / term;
    else sums.push(operator === '+' ? term : -term);
  }
  return sums.reduce((sum, term) => sum + term, 0);
}

/** At most four decimal places; `minus 3` instead of `-3`, for reading aloud. */
function speakNumber(value: number): string {
  const rounded = Math.round(value * 10_000) / 10_000;
  return rounded < 0 ? `minus ${-rounded}` : String(rounded);
}
