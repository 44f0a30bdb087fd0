// Short messages about what happened elsewhere in the page, each with at most one action such as Undo.

import { signal } from '@preact/signals';
import { X } from 'lucide';
import { useEffect } from 'preact/hooks';
import { SafeText } from '../conversation/safe-text.tsx';
import { Button, IconButton } from './button.tsx';

export interface Toast {
  readonly text: string;
  readonly action?: { readonly label: string; readonly run: () => void };
  /** What was done, in full: shown in mono below the text. */
  readonly detail?: string;
  /** Called once when it goes without its action having been run. */
  readonly onClosed?: () => void;
}

const SHOWN_MS = 7000;
const MAX_TOASTS = 3;

const toasts = signal<readonly (Toast & { readonly id: number })[]>([]);
let count = 0;

export function showToast(toast: Toast): void {
  count += 1;
  toasts.value = [...toasts.peek(), { ...toast, id: count }];
  for (const { id } of toasts.peek().slice(0, -MAX_TOASTS)) dismiss(id);
}

function dismiss(id: number, hasActed = false): void {
  const toast = toasts.peek().find((each) => each.id === id);
  toasts.value = toasts.peek().filter((each) => each.id !== id);
  if (!hasActed) toast?.onClosed?.();
}

/** Where toasts appear. The page has one. */
export function Toasts() {
  return (
    <section class="toasts" role="status" aria-label="Notifications">
      {toasts.value.map((toast) => (
        <ToastCard key={toast.id} toast={toast} close={(hasActed) => dismiss(toast.id, hasActed)} />
      ))}
    </section>
  );
}

function ToastCard({ toast: { text, action, detail }, close }: { toast: Toast; close: (hasActed?: boolean) => void }) {
  useEffect(() => {
    const timer = setTimeout(() => close(), SHOWN_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div class="toast">
      <p>
        <SafeText text={text} />
      </p>
      {action && (
        <Button
          onClick={() => {
            close(true);
            action.run();
          }}
        >
          {action.label}
        </Button>
      )}
      <IconButton icon={X} label="Dismiss message" onClick={() => close()} />
      {detail !== undefined && (
        <pre>
          <SafeText text={detail} />
        </pre>
      )}
    </div>
  );
}
