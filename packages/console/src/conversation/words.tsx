// Text from a session, as text. Characters that one does not see, or that turn the reading direction around, are shown by their
// number, so that nothing looks like something else.

/** Controls but tab and line feed, zero-width and bidirectional marks, separators of lines, tags, and halves of pairs. */
const UNSEEN =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e0fff}]|[\ud800-\udfff]/gu;

export const hasUnseen = (text: string): boolean => text.search(UNSEEN) >= 0;

/** `U+202E` */
const nameOf = (char: string) => `U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;

export function Words({ text }: { text: string }) {
  if (!hasUnseen(text)) return <bdi>{text}</bdi>;
  const pieces: preact.ComponentChild[] = [];
  let from = 0;
  for (const { 0: char, index } of text.matchAll(UNSEEN)) {
    pieces.push(text.slice(from, index), <mark class="unseen">{nameOf(char)}</mark>);
    from = index + char.length;
  }
  return (
    <bdi>
      {pieces}
      {text.slice(from)}
    </bdi>
  );
}
