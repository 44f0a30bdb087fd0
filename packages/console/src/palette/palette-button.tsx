// Opens the command palette. Its code is loaded when it is first asked for.

import { Search } from 'lucide';
import { useEffect, useState } from 'preact/hooks';
import type { AppState } from '../app-state.ts';
import { IconButton } from '../parts/button.tsx';
import { lazy } from '../parts/lazy.tsx';

const Palette = lazy(() => import('./palette.tsx').then(({ Palette }) => Palette));

const isMac = /Mac|iPhone|iPad/.test(navigator.platform);
const LABEL = isMac ? '⌘K' : 'Ctrl K';

export function PaletteButton({ app }: { app: AppState }) {
  const [isOpen, setOpen] = useState(false);
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(isMac ? event.metaKey : event.ctrlKey)) return;
      if (event.altKey || event.shiftKey || document.querySelector('dialog[open]')) return;
      event.preventDefault();
      setOpen(true);
    };
    addEventListener('keydown', listen);
    return () => removeEventListener('keydown', listen);
  }, []);
  return (
    <>
      <IconButton icon={Search} label="Search and commands" shortcut={LABEL} onClick={() => setOpen(true)} />
      {isOpen && <Palette app={app} close={() => setOpen(false)} />}
    </>
  );
}
