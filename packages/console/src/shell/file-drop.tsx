// Opens a file dropped anywhere on the page, and says so while one is dragged over it.

import { useLayoutEffect, useState } from 'preact/hooks';

export function FileDrop({ open }: { open: (file: File) => void }) {
  const [isDragging, setDragging] = useState(false);
  // Before the first picture: what is seen can be dropped on.
  useLayoutEffect(() => {
    const over = (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      setDragging(true);
    };
    const leave = (event: DragEvent) => {
      // Between two elements of the page the pointer leaves one for the other.
      if (event.relatedTarget === null) setDragging(false);
    };
    const drop = (event: DragEvent) => {
      setDragging(false);
      const file = event.dataTransfer?.files[0];
      if (!file) return;
      event.preventDefault();
      open(file);
    };
    addEventListener('dragover', over);
    addEventListener('dragleave', leave);
    addEventListener('drop', drop);
    return () => {
      removeEventListener('dragover', over);
      removeEventListener('dragleave', leave);
      removeEventListener('drop', drop);
    };
  });
  if (!isDragging) return null;
  return (
    <div class="drop-overlay">
      <p>
        <strong>Drop to open.</strong> Nothing leaves this page.
      </p>
    </div>
  );
}
