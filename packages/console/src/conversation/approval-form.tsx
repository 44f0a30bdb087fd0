// The approval of an MCP call: arguments in canonical form, their length and hash, invisible characters marked.

import { useEffect, useState } from 'preact/hooks';
import { canonical } from './display-text.ts';
import { SafeText } from './safe-text.tsx';
import { unseenIn, visible } from './unseen.ts';

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
          All arguments: {text.length} characters{hash && `, SHA-256 ${hash}`}
          {unseenIn(canonical(text), true).length > 0 && '. Invisible characters are marked.'}
        </figcaption>
        <pre>
          <SafeText text={canonical(text)} all />
        </pre>
      </figure>
      {answer && (
        <fieldset class="buttons" aria-label={`Approve the call of ${visible(name)}?`}>
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
