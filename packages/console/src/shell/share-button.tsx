// Saves a redacted copy of a log as a file, without keys.

import type { RedactionLevel } from '@colloquy/protocol';
import { Share } from 'lucide';
import { useState } from 'preact/hooks';
import { visible } from '../conversation/unseen.ts';
import { Button } from '../parts/button.tsx';
import type { Answer } from '../sources/server-api.ts';
import { fileName, saveFile } from './save-file.ts';
import { ShareDialog } from './share-dialog.tsx';

export interface ShareButtonProps {
  readonly name: string;
  /** What is left out already. */
  readonly hidden: readonly string[];
  readonly make: (level: RedactionLevel) => Promise<Answer<Blob>>;
}

export function ShareButton({ name, hidden, make }: ShareButtonProps) {
  const [isOpen, setOpen] = useState(false);
  const save = async (level: RedactionLevel) => {
    const made = await make(level);
    if (!made.ok) return made.message;
    saveFile(made.value, `${fileName(name)}.${level}.jsonl`);
    return undefined;
  };
  return (
    <>
      <Button icon={Share} onClick={() => setOpen(true)}>
        Share
      </Button>
      {isOpen && <ShareDialog label={`Share ${visible(name)}`} {...{ hidden, save }} close={() => setOpen(false)} />}
    </>
  );
}
