// The tools of a fork while they are edited: those of the original, which has no credentials, and what is changed of them.

import { batch, signal } from '@preact/signals';
import { withAuthorizations } from '../talk/authorizations.ts';
import { readTools } from '../talk/read-tools.ts';
import type { ToolSettings } from '../talk/talk-settings.ts';

export interface ForkTools {
  readonly settings: ToolSettings;
  /** What to send: nothing if nothing changed, or what is wrong. */
  read(): { readonly ok: true; readonly tools: readonly unknown[] | undefined } | { ok: false; message: string };
  /** Makes them the tools of the settings of Talk, which the fork goes on with. */
  moveTo(settings: ToolSettings): void;
}

/** Outputs by name are those of Talk: a function that has one there is answered in the fork as well. */
export function createForkTools(original: readonly unknown[], { cannedOutputs }: ToolSettings): ForkTools {
  const text = original.length === 0 ? '' : JSON.stringify(original, null, 2);
  const edited: ToolSettings = {
    tools: signal(text),
    authorizations: signal({}),
    cannedOutputs: signal(cannedOutputs.peek()),
  };
  return {
    settings: edited,
    read() {
      const read = readTools(edited.tools.peek());
      if (!read.ok) return read;
      const tools = withAuthorizations(read.tools, edited.authorizations.peek());
      const isChanged = JSON.stringify(tools) !== JSON.stringify(original);
      return { ok: true, tools: isChanged ? tools : undefined };
    },
    moveTo(settings) {
      batch(() => {
        settings.tools.value = edited.tools.peek();
        settings.authorizations.value = edited.authorizations.peek();
        settings.cannedOutputs.value = edited.cannedOutputs.peek();
      });
    },
  };
}
