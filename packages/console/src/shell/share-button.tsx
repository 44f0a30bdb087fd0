// Saves a redacted copy of a log as a file, without keys.

import type { RedactionLevel } from '@colloquy/protocol';
import { Share } from 'lucide';
import { useState } from 'preact/hooks';
import { visible } from '../conversation/unseen.ts';
import { Button } from '../parts/button.tsx';
import { canSharePage, sharedPage } from '../share/shared-page.ts';
import type { Answer } from '../sources/server-api.ts';
import { fileName, saveFile } from './save-file.ts';
import { ShareDialog, type ShareFormat } from './share-dialog.tsx';

export interface ShareButtonProps {
  readonly name: string;
  /** What is left out already. */
  readonly hidden: readonly string[];
  readonly make: (level: RedactionLevel) => Promise<Answer<Blob>>;
}

export function ShareButton({ name, hidden, make }: ShareButtonProps) {
  const [isOpen, setOpen] = useState(false);
  const save = async (level: RedactionLevel, format: ShareFormat) => {
    const made = await make(level);
    const saved = made.ok && format === 'html' ? await sharedPage(name, made.value) : made;
    if (!saved.ok) return saved.message;
    saveFile(saved.value, `${fileName(name)}.${level}.${format}`);
    return undefined;
  };
  return (
    <>
      <Button icon={Share} onClick={() => setOpen(true)}>
        Share
      </Button>
      {isOpen && (
        <ShareDialog
          label={`Share ${visible(name)}`}
          {...{ hidden, save }}
          canSharePage={canSharePage()}
          close={() => setOpen(false)}
        />
      )}
    </>
  );
}
