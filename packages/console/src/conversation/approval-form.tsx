// What is about to be called, so that nobody approves what they did not see: the whole of the arguments in one agreed form, how long
// they are, what stands for them, and every character that one would not see marked.

import { useEffect, useState } from 'preact/hooks';
import { canonical } from './shown-text.ts';
import { unseenIn, visible } from './unseen.ts';
import { Words } from './words.tsx';

export interface ApprovalFormProps {
  /** The arguments, as the server says them. */
  readonly text: string;
  readonly name: string;
  /** Absent where it is answered, or one may only look. */
  readonly answer: ((approve: boolean) => void) | undefined;
}

export function ApprovalForm({ text, name, answer }: ApprovalFormProps) {
  const [isSent, setSent] = useState(false);
  const hash = useHash(text);
  const send = (approve: boolean) => {
    setSent(true);
    answer?.(approve);
  };
  return (
    <div class="approval">
      <figure class="json">
        <figcaption class="hint">
          Arguments, all of them: {text.length} characters{hash && `, SHA-256 ${hash}`}
          {unseenIn(canonical(text), true).length > 0 && '. Characters one does not see are marked.'}
        </figcaption>
        <pre>
          <Words text={canonical(text)} all />
        </pre>
      </figure>
      {answer && (
        <fieldset class="buttons" aria-label={`May ${visible(name)} be called?`}>
          <button type="button" class="fine" disabled={isSent} onClick={() => send(true)}>
            Approve
          </button>
          <button type="button" class="poor" disabled={isSent} onClick={() => send(false)}>
            Deny
          </button>
        </fieldset>
      )}
    </div>
  );
}

/** The first eight bytes, in hexadecimal. Empty where the page may not hash: not over TLS, not on this machine. */
function useHash(text: string): string {
  const [hash, setHash] = useState('');
  useEffect(() => {
    let isGone = false;
    globalThis.crypto?.subtle?.digest('SHA-256', new TextEncoder().encode(text)).then((bytes) => {
      const hex = Array.from(new Uint8Array(bytes).subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0'));
      if (!isGone) setHash(hex.join(''));
    });
    return () => {
      isGone = true;
    };
  }, [text]);
  return hash;
}
