// The frame of a tool's card: its kind, its name, and the button that removes it.

import { Trash2 } from 'lucide';
import type { ComponentChildren } from 'preact';
import { SafeText } from '../../conversation/safe-text.tsx';
import { visible } from '../../conversation/unseen.ts';
import { IconButton } from '../../parts/button.tsx';
import type { ToolSettings } from '../talk-settings.ts';
import { removeTool } from './tool-list.ts';

export interface ToolCardProps {
  readonly kind: string;
  readonly title: string;
  readonly name: string;
  readonly settings: ToolSettings;
  readonly index: number;
  readonly children: ComponentChildren;
}

export function ToolCard({ kind, title, name, settings, index, children }: ToolCardProps) {
  return (
    <div class="tool-card">
      <p class="tool-name">
        <code>
          <SafeText text={title} />
        </code>
        <span class="badge" data-kind="plain">
          {kind}
        </span>
        <IconButton icon={Trash2} label={`Remove ${visible(name)}`} onClick={() => removeTool(settings, index)} />
      </p>
      {children}
    </div>
  );
}
