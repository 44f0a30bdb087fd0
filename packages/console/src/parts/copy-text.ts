// Copies text to the clipboard and says so.

import { showToast } from './toast.tsx';

/** `what` names it in the message: `Id`, `Command`. */
export async function copyText(text: string, what: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    showToast({ text: `${what} copied` });
  } catch {
    // A page that came neither over TLS nor from this machine has no clipboard.
    showToast({ text: 'The browser does not allow copying here', detail: text });
  }
}
