// Detects keys and tokens by their form. Secret fields are marked in the schemas.

/** Of bounded repetitions only, so that the time is linear in the text: blanks follow `bearer` in one way. */
const CREDENTIAL =
  /(?:^|[^A-Za-z0-9])(?:sk-[A-Za-z0-9_-]{3}|ek_[A-Za-z0-9_-])|[Bb]earer[ \t]+[^ \t]|BEARER[ \t]+[^ \t]|openai-insecure-api-key\.[^ ]/;

/** Says whether a text is or holds something that looks like a key or a token: `sk-…`, `ek_…`, `Bearer …` [RD3]. */
export const holdsCredential = (text: string): boolean => CREDENTIAL.test(text);

/** As above, to its end. */
const WHOLE =
  /(?<![A-Za-z0-9])(?:sk-[A-Za-z0-9_-]{3,}|ek_[A-Za-z0-9_-]+)|(?:[Bb]earer|BEARER)[ \t]+[^ \t]+|openai-insecure-api-key\.[^ ]+/g;

/** A text to be shown with `[REDACTED]` in the place of each credential in it; ids, types and roles are no exception [RD12]. */
export const hideCredentials = (text: string): string =>
  holdsCredential(text) ? text.replace(WHOLE, '[REDACTED]') : text;
